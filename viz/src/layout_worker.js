// Runs one force layout after the other: {job, order} in, {job, x, y, done} out, a picture on the way about twice a second.

import { forceRun, placesOf, stepsFor } from './layout_force.js';

const BETWEEN_MS = 450;

self.onmessage = (message) => {
  const { job, order } = message.data;
  const simulation = forceRun(order);
  let shown = performance.now();
  const steps = stepsFor(order.links.length / 2);
  for (let step = 0; step < steps; step += 1) {
    simulation.tick();
    if (order.progress && performance.now() - shown > BETWEEN_MS) {
      self.postMessage({ job, done: false, ...placesOf(simulation) });
      shown = performance.now();
    }
  }
  self.postMessage({ job, done: true, ...placesOf(simulation) });
};
