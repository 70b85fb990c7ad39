// The drawing without WebGL, or where WebGL is emulated: the same scene on 2D canvases, with a camera of its own. Many edges are
// painted in slices on a canvas aside and shown when complete; while the camera moves the foremost alone are painted.

import { MOST_EDGES } from './limits.js';
import { Painter } from './paint.js';

const SLICE_EDGES = 1000;
const RESTED_MS = 120;

export class CanvasDrawing {
  constructor(host, handlers, theme) {
    this.kind = 'canvas';
    this.host = host;
    this.handlers = handlers;
    this.theme = theme;
    this.camera = { x: 0, y: 0, zoom: 1 };
    [this.below, this.canvas] = ['zg-layer', 'zg-layer zg-flat'].map((name) => {
      const canvas = document.createElement('canvas');
      canvas.className = name;
      return host.appendChild(canvas);
    });
    this.aside = document.createElement('canvas');
    this.scene = { nodes: [], edges: [], box: { x0: -1, x1: 1, y0: -1, y1: 1 } };
    this.listening = new AbortController();
    this.measure();
    this.listen();
  }

  listen() {
    const { handlers, canvas } = this;
    const on = (name, act, options = {}) => canvas.addEventListener(name, act, { ...options, signal: this.listening.signal });
    const spot = (event) => [event.offsetX, event.offsetY];
    let held = null;
    on('pointerdown', (event) => {
      canvas.setPointerCapture(event.pointerId);
      held = { x: event.offsetX, y: event.offsetY, moved: 0, node: handlers.down(...spot(event)) };
    });
    on('pointermove', (event) => {
      if (!held) {
        handlers.move(...spot(event), event);
        return;
      }
      held.moved += Math.abs(event.offsetX - held.x) + Math.abs(event.offsetY - held.y);
      if (held.node) handlers.drag(...spot(event));
      else this.pan(event.offsetX - held.x, event.offsetY - held.y);
      Object.assign(held, { x: event.offsetX, y: event.offsetY });
    });
    on('pointerup', (event) => {
      if (held?.node) handlers.up();
      if (held && held.moved < 4) handlers.click(...spot(event), event);
      held = null;
    });
    on('pointerleave', () => handlers.leave());
    on('dblclick', (event) => handlers.double(...spot(event)));
    on('wheel', (event) => {
      event.preventDefault();
      this.zoom(event.deltaY > 0 ? 1.25 : 0.8, event.offsetX, event.offsetY);
    }, { passive: false });
  }

  show(scene) {
    const ranked = scene.edges.slice().sort((a, b) => b.order - a.order || b.width - a.width);
    this.scene = { ...scene, edges: ranked.slice(0, MOST_EDGES).reverse() };
    this.left = scene.edges.length - this.scene.edges.length;
    this.byId = new Map(scene.nodes.map((node) => [node.id, node]));
    this.measure();
    this.draw();
  }

  place(nodes) {
    for (const node of nodes) Object.assign(this.byId.get(node.id), { x: node.x, y: node.y });
    this.draw();
  }

  get frame() {
    return { at: (place) => this.at(place), size: (value) => this.size(value), width: this.width, height: this.height };
  }

  /** The nodes now; the edges now when they are few, else the foremost now and all when the camera rests. */
  draw() {
    const { frame, scene } = this;
    new Painter(sized(this.canvas, frame), this.theme).discs(scene.nodes, frame);
    clearTimeout(this.resting);
    this.slicing = null;
    this.edgesOn(this.below, scene.edges.slice(-SLICE_EDGES), frame);
    if (scene.edges.length > SLICE_EDGES) this.resting = setTimeout(() => this.complete(), RESTED_MS);
    this.handlers.camera();
  }

  edgesOn(canvas, edges, frame) {
    this.strokes(new Painter(sized(canvas, frame), this.theme), edges, frame);
  }

  strokes(painter, edges, frame) {
    painter.edges(edges, (edge) => [this.byId.get(edge.src), this.byId.get(edge.dst)], frame);
  }

  /** All edges, a slice a frame, on the canvas aside; then shown at once. */
  complete() {
    const { frame, scene } = this;
    const painter = new Painter(sized(this.aside, frame), this.theme);
    let from = 0;
    const step = () => {
      if (this.slicing !== step) return;
      this.strokes(painter, scene.edges.slice(from, from + SLICE_EDGES), frame);
      from += SLICE_EDGES;
      if (from < scene.edges.length) requestAnimationFrame(step);
      else {
        const to = sized(this.below, frame);
        to.drawImage(this.aside, 0, 0, frame.width, frame.height);
        this.slicing = null;
      }
    };
    this.slicing = step;
    requestAnimationFrame(step);
  }

  /** The picture's size in pixels and what a unit of the scene is in it: asked of the page once, not once a node. */
  measure() {
    const { x0, x1, y0, y1 } = this.scene.box;
    [this.width, this.height] = [this.host.clientWidth, this.host.clientHeight];
    this.fit = Math.min(this.width / (x1 - x0), this.height / (y1 - y0)) || 1;
    this.middle = { x: (x0 + x1) / 2, y: (y0 + y1) / 2 };
  }

  at({ x, y }) {
    const { camera, middle } = this;
    const scale = this.fit * camera.zoom;
    return { x: this.width / 2 + (x - middle.x - camera.x) * scale, y: this.height / 2 - (y - middle.y - camera.y) * scale };
  }

  from(x, y) {
    const { camera, middle } = this;
    const scale = this.fit * camera.zoom;
    return { x: (x - this.width / 2) / scale + middle.x + camera.x, y: (this.height / 2 - y) / scale + middle.y + camera.y };
  }

  size(value) {
    return value * Math.sqrt(this.camera.zoom);
  }

  focus(places) {
    const [xs, ys] = [places.map((place) => place.x), places.map((place) => place.y)];
    const { box } = this.scene;
    const span = Math.max(1, Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys));
    this.camera.x = (Math.max(...xs) + Math.min(...xs)) / 2 - (box.x0 + box.x1) / 2;
    this.camera.y = (Math.max(...ys) + Math.min(...ys)) / 2 - (box.y0 + box.y1) / 2;
    this.camera.zoom = Math.max(1, Math.min(8, (box.x1 - box.x0) / span / 1.6));
    this.draw();
  }

  home() {
    this.camera = { x: 0, y: 0, zoom: 1 };
    this.draw();
  }

  pan(dx, dy) {
    const scale = this.fit * this.camera.zoom;
    this.camera.x -= dx / scale;
    this.camera.y += dy / scale;
    this.draw();
  }

  zoom(factor, x = this.width / 2, y = this.height / 2) {
    const before = this.from(x, y);
    this.camera.zoom = Math.max(0.25, Math.min(50, this.camera.zoom / factor));
    const after = this.from(x, y);
    this.camera.x += before.x - after.x;
    this.camera.y += before.y - after.y;
    this.draw();
  }

  resize() {
    this.measure();
    this.draw();
  }

  kill() {
    this.listening.abort();
    clearTimeout(this.resting);
    this.slicing = null;
    this.below.remove();
    this.canvas.remove();
  }
}

/** The canvas's context, cleared and in CSS pixels of the frame. */
export function sized(canvas, { width, height }, ratio = window.devicePixelRatio || 1) {
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    Object.assign(canvas, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
  }
  const to = canvas.getContext('2d');
  to.setTransform(ratio, 0, 0, ratio, 0, 0);
  to.clearRect(0, 0, width, height);
  return to;
}
