// The time bar: how many contacts when, a window to brush, and play. A regular comb is a beacon.

import { button, el } from './elements.js';
import { THEMES } from './palette.js';
import { moment, duration } from './text.js';
import { histogram, ticks } from './time_axis.js';

const HEIGHT_PX = 44;
const STEPS = 50;

export class TimeBar {
  /** acts: {window([first, last] | null, over)}; over is false while it moves. */
  constructor(acts, theme, reduced) {
    this.acts = acts;
    this.theme = theme;
    this.stepMs = reduced ? 900 : 300;
    this.timer = null;
    this.window = null;
    this.canvas = el('canvas', { class: 'zg-times', tabindex: 0, role: 'slider', 'aria-label': 'Time window: arrows move it, shift with arrows changes its length, Delete removes it' });
    this.playing = button('Play', 'Move the window through time', () => this.toggle());
    this.all = button('All time', 'Remove the time window', () => this.set(null, true));
    this.said = el('span', { class: 'zg-faint' });
    this.element = el('div', { class: 'zg-time', hidden: true }, this.playing, this.canvas, this.all, this.said);
    this.listen();
  }

  listen() {
    let start = null;
    const at = (event) => this.data.first + (Math.max(0, Math.min(this.canvas.clientWidth, event.offsetX)) / this.canvas.clientWidth) * (this.data.last - this.data.first);
    this.canvas.addEventListener('pointerdown', (event) => {
      this.stop();
      this.canvas.setPointerCapture(event.pointerId);
      start = at(event);
    });
    this.canvas.addEventListener('pointermove', (event) => {
      if (start !== null && Math.abs(at(event) - start) > this.span / 200) this.set([Math.min(start, at(event)), Math.max(start, at(event))], false);
    });
    this.canvas.addEventListener('pointerup', (event) => {
      if (start !== null) this.set(Math.abs(at(event) - start) > this.span / 200 ? [Math.min(start, at(event)), Math.max(start, at(event))] : null, true);
      start = null;
    });
    this.canvas.addEventListener('keydown', (event) => this.key(event));
  }

  get span() {
    return this.data.last - this.data.first;
  }

  key(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === 'Delete') this.set(null, true);
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const [from, to] = this.window || [this.data.first, this.data.first + this.span / 5];
    const move = (step * this.span) / STEPS;
    this.set(event.shiftKey ? [from, Math.max(from + this.span / 100, to + move)] : [from + move, to + move], true);
  }

  show(edges, window_) {
    this.data = histogram(edges);
    this.element.hidden = !this.data;
    if (!this.data) return;
    this.window = window_;
    this.draw();
  }

  set(window_, over) {
    this.window = window_;
    this.draw();
    this.acts.window(window_, over);
  }

  toggle() {
    if (this.timer) this.stop();
    else this.play();
  }

  play() {
    const length = this.window && this.window[1] - this.window[0] < this.span * 0.9 ? this.window[1] - this.window[0] : this.span / 10;
    if (!this.window || this.window[1] >= this.data.last) this.set([this.data.first, this.data.first + length], false);
    this.playing.textContent = 'Pause';
    this.timer = setInterval(() => {
      const from = this.window[0] + this.span / STEPS;
      if (from >= this.data.last) this.stop();
      else this.set([from, from + length], false);
    }, this.stepMs);
  }

  stop() {
    clearInterval(this.timer);
    this.timer = null;
    this.playing.textContent = 'Play';
  }

  draw() {
    const ratio = window.devicePixelRatio || 1;
    const width = this.canvas.clientWidth || 600;
    Object.assign(this.canvas, { width: width * ratio, height: HEIGHT_PX * ratio });
    const to = this.canvas.getContext('2d');
    to.scale(ratio, ratio);
    const colours = THEMES[this.theme];
    const { bins, first, last } = this.data;
    const most = bins.reduce((largest, bin) => Math.max(largest, bin), 0) || 1;
    const x = (seconds) => ((seconds - first) / (last - first)) * width;
    bins.forEach((bin, at) => {
      const height = bin ? Math.max(1.5, Math.sqrt(bin / most) * (HEIGHT_PX - 16)) : 0;
      const middle = first + ((at + 0.5) / bins.length) * (last - first);
      to.fillStyle = !this.window || (middle >= this.window[0] && middle <= this.window[1]) ? '#4c9be8' : colours.line;
      to.fillRect((at / bins.length) * width, HEIGHT_PX - 14 - height, width / bins.length - 1, height);
    });
    to.fillStyle = colours.faint;
    to.font = '10px sans-serif';
    for (const { at, label } of ticks(first, last, Math.max(2, Math.floor(width / 90)))) to.fillText(label, Math.min(x(at), width - 30), HEIGHT_PX - 3);
    if (this.window) {
      to.strokeStyle = colours.ink;
      to.strokeRect(x(this.window[0]), 0.5, Math.max(2, x(this.window[1]) - x(this.window[0])), HEIGHT_PX - 14);
    }
    const [from, until] = this.window || [first, last];
    this.said.textContent = `${moment(from)} + ${duration(until - from)}`;
    this.canvas.setAttribute('aria-valuetext', this.said.textContent);
    for (const [name, value] of [['min', first], ['max', last], ['now', from]]) this.canvas.setAttribute(`aria-value${name}`, String(Math.round(value)));
  }
}
