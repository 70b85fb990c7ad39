// Hands a layout to a worker made from the bundle's own text (a Blob address: no second file, allowed where scripts of the page are),
// and to slices of idle time on the page where a policy forbids workers. The build puts the worker's text in WORKER_TEXT.

import WORKER_TEXT from 'worker:./layout_worker.js';

import { forceRun, placesOf, stepsFor } from './layout_force.js';

const SLICE_MS = 12;

export class LayoutLink {
  /** onPlaces({x, y, done}) is called for the newest job alone. */
  constructor(onPlaces) {
    this.onPlaces = onPlaces;
    this.job = 0;
    this.inWorker = false;
    this.worker = null;
  }

  run(order) {
    this.job += 1;
    const job = this.job;
    this.stopWorker(); // an overtaken layout would keep the worker busy for seconds
    if (!this.startWorker(job, order)) this.slice(forceRun(order), stepsFor(order.links.length / 2), job);
  }

  startWorker(job, order) {
    const address = URL.createObjectURL(new Blob([WORKER_TEXT], { type: 'text/javascript' }));
    try {
      this.worker = new Worker(address);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return false; // SecurityError under a policy without worker-src blob:
    } finally {
      setTimeout(() => URL.revokeObjectURL(address), 10000);
    }
    this.inWorker = true;
    this.worker.onmessage = (message) => this.receive(message.data);
    this.worker.onerror = () => { // the policy can also refuse after the constructor returned
      this.stopWorker();
      if (job === this.job) this.slice(forceRun(order), stepsFor(order.links.length / 2), job);
    };
    this.worker.postMessage({ job, order });
    return true;
  }

  receive({ job, x, y, done }) {
    if (job !== this.job) return;
    if (done) this.stopWorker();
    this.onPlaces({ x, y, done });
  }

  slice(simulation, steps, job) {
    this.inWorker = false;
    const until = performance.now() + SLICE_MS;
    let left = steps;
    while (left > 0 && performance.now() < until) {
      simulation.tick();
      left -= 1;
    }
    if (job !== this.job) return;
    if (left > 0) setTimeout(() => this.slice(simulation, left, job), 0);
    else this.onPlaces({ ...placesOf(simulation), done: true });
  }

  cancel() {
    this.job += 1;
    this.stopWorker();
  }

  stopWorker() {
    if (this.worker) this.worker.terminate();
    this.worker = null;
  }
}
