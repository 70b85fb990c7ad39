// The drawing without WebGL, or where WebGL is emulated: the same scene on 2D canvases, with a camera of its own.

import { EdgeSlices } from './edge_slices.js';
import { MOST_EDGES } from './limits.js';
import { Painter } from './paint.js';
import { sized } from './sized.js';

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
    this.slices = new EdgeSlices(this.below, theme);
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
    this.slices.show(this.scene.edges, (edge) => [this.byId.get(edge.src), this.byId.get(edge.dst)]);
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

  draw() {
    const { frame, scene } = this;
    new Painter(sized(this.canvas, frame), this.theme).discs(scene.nodes, frame);
    this.slices.draw(frame);
    this.handlers.camera();
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
    this.slices.stop();
    this.below.remove();
    this.canvas.remove();
  }
}
