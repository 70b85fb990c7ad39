// Many edges on a 2D canvas without a long frame: few are painted at once; of many the foremost at once, and all of them when the
// camera rests, a slice a frame on a canvas aside which is shown when it is complete.

import { Painter } from './paint.js';
import { sized } from './sized.js';

const SLICE_EDGES = 1000;
const RESTED_MS = 120;

export class EdgeSlices {
  constructor(canvas, theme) {
    this.canvas = canvas;
    this.theme = theme;
    this.aside = document.createElement('canvas');
    this.show([], () => []);
  }

  /** edges: the foremost last. ends(edge) -> [node, node]. Painted by the next draw. */
  show(edges, ends) {
    this.edges = edges;
    this.ends = ends;
  }

  draw(frame) {
    this.stop();
    this.strokes(this.canvas, this.edges.slice(-SLICE_EDGES), frame);
    if (this.edges.length > SLICE_EDGES) this.resting = setTimeout(() => this.complete(frame), RESTED_MS);
  }

  strokes(canvas, edges, frame) {
    new Painter(sized(canvas, frame), this.theme).edges(edges, this.ends, frame);
  }

  complete(frame) {
    const painter = new Painter(sized(this.aside, frame), this.theme);
    let from = 0;
    const step = () => {
      if (this.slicing !== step) return;
      painter.edges(this.edges.slice(from, from + SLICE_EDGES), this.ends, frame);
      from += SLICE_EDGES;
      if (from < this.edges.length) requestAnimationFrame(step);
      else {
        sized(this.canvas, frame).drawImage(this.aside, 0, 0, frame.width, frame.height);
        this.slicing = null;
      }
    };
    this.slicing = step;
    requestAnimationFrame(step);
  }

  stop() {
    clearTimeout(this.resting);
    this.slicing = null;
  }
}
