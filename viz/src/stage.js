// The drawing area: three layers (lanes below, WebGL or canvas in the middle, names and focus on top), what the pointer means, and
// the change of drawing when WebGL is missing or lost.

import { CanvasDrawing } from './draw_canvas.js';
import { SigmaDrawing } from './draw_sigma.js';
import { el } from './elements.js';
import { Painter } from './paint.js';
import { edgeAt, nodeAt } from './picking.js';
import { sized } from './sized.js';
import { webglHere } from './webgl.js';

export class Stage {
  /** acts: {hover(node, edge, x, y), click(node, edge, event), double(node), pin(ref, place), drawing(kind, why)}. */
  constructor(acts, theme, options) {
    this.acts = acts;
    this.theme = theme;
    this.options = options;
    this.under = el('canvas', { class: 'zg-layer' });
    this.host = el('div', { class: 'zg-layer zg-host' });
    this.over = el('canvas', { class: 'zg-layer zg-over' });
    this.element = el('div', { class: 'zg-stage', role: 'img', 'aria-label': 'Graph' }, this.under, this.host, this.over);
    this.scene = { nodes: [], edges: [], lanes: null, box: { x0: -1, x1: 1, y0: -1, y1: 1 } };
    this.emphasis = { labels: 'auto', selected: new Set(), edge: null, way: null, hover: null };
    this.indexed = new Map();
  }

  /** Choose the drawing; called once the element is in the page. Emulated WebGL is slower than a canvas: it is used only on demand. */
  start() {
    const { webgl } = this.options;
    const found = webgl === 'off' ? { available: false } : webglHere();
    this.software = Boolean(found.software);
    if (webgl === 'off') this.flat('');
    else if (found.software && webgl !== 'on') this.flat('');
    else if (found.available) {
      try {
        this.drawing = new SigmaDrawing(this.host, this.handlers(), this.theme, this.software);
        this.acts.drawing('webgl', this.software ? 'software' : '');
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        this.host.replaceChildren();
        this.flat(`WebGL did not start (${error.message})`);
      }
    } else this.flat('This browser offers no WebGL');
  }

  flat(why) {
    this.drawing = new CanvasDrawing(this.host, this.handlers(), this.theme);
    this.acts.drawing('canvas', why);
  }

  lost() {
    this.drawing.kill();
    this.host.replaceChildren();
    this.flat('The graphics context was lost');
    this.show(this.scene);
  }

  handlers() {
    return {
      camera: () => this.paint(),
      lost: () => this.lost(),
      move: (x, y) => this.hover(x, y),
      leave: () => this.acts.hover(null, null, 0, 0),
      down: (x, y) => this.grab(x, y),
      drag: (x, y) => this.drag(x, y),
      up: () => this.drop(),
      click: (x, y, event) => this.acts.click(...this.under_(x, y), event),
      double: (x, y) => this.acts.double(this.under_(x, y)[0]),
    };
  }

  get frame() {
    const { drawing } = this;
    return { at: (place) => drawing.at(place), size: (value) => drawing.size(value), width: this.element.clientWidth, height: this.element.clientHeight };
  }

  ends(edge) {
    return [this.indexed.get(edge.src), this.indexed.get(edge.dst)];
  }

  show(scene) {
    this.scene = scene;
    this.indexed = new Map(scene.nodes.map((node) => [node.id, node]));
    this.drawing.show(scene);
    this.paint();
  }

  /** Nodes stand elsewhere; nothing else changed. */
  place(places) {
    for (const node of this.scene.nodes) Object.assign(node, places.get(node.ref));
    this.drawing.place(this.scene.nodes);
    this.paint();
  }

  emphasise(emphasis) {
    Object.assign(this.emphasis, emphasis);
    this.paint();
  }

  under_(x, y) {
    const { at, size } = this.frame;
    const node = this.scene.lanes ? null : nodeAt(this.scene.nodes, at, (each) => size(each.size), x, y);
    if (node) return [node, null];
    const edge = edgeAt(this.scene.edges, (each) => this.ends(each).map(at), x, y);
    const lane = edge || !this.scene.lanes ? null : this.laneAt(y, at);
    return [lane, edge];
  }

  laneAt(y, at) {
    const row = this.scene.lanes.rows.find((each) => Math.abs(at({ x: 0, y: each.y }).y - y) < 9);
    return row ? { ref: row.id, node: row.node } : null;
  }

  hover(x, y) {
    const [node, edge] = this.under_(x, y);
    if (node?.ref === this.emphasis.hover?.ref && edge?.id === this.emphasis.hover?.edge) {
      if (node || edge) this.acts.hover(node, edge, x, y);
      return;
    }
    this.emphasis.hover = node || edge ? { ref: node?.ref, edge: edge?.id } : null;
    this.element.classList.toggle('zg-over-item', Boolean(node || edge));
    this.acts.hover(node, edge, x, y);
    this.paint();
  }

  grab(x, y) {
    const [node] = this.under_(x, y);
    this.held = node && !this.scene.lanes ? { node, from: { x, y }, moved: false } : null;
    return Boolean(this.held);
  }

  drag(x, y) {
    if (!this.held.moved && Math.hypot(x - this.held.from.x, y - this.held.from.y) < 4) return;
    this.held.moved = true;
    Object.assign(this.held.node, this.drawing.from(x, y));
    this.drawing.place([this.held.node]);
  }

  drop() {
    if (this.held?.moved) this.acts.pin(this.held.node.ref, { x: this.held.node.x, y: this.held.node.y });
    this.held = null;
  }

  /** What is in focus: hovered or selected nodes with their edges, the chosen edge, or a found way. */
  focused() {
    const { hover, selected, edge, way } = this.emphasis;
    const chosen = new Set(way || []);
    if (hover?.edge) chosen.add(hover.edge);
    if (edge) chosen.add(edge);
    const refs = new Set(hover?.ref ? [hover.ref] : way || edge ? [] : selected);
    if (!refs.size && !chosen.size) return null;
    const near = new Set();
    const edges = this.scene.edges.filter((each) => {
      const ends = this.ends(each);
      const lit = chosen.has(each.id) || refs.has(ends[0].ref) || refs.has(ends[1].ref);
      if (lit) ends.forEach((end) => near.add(end.id));
      return lit;
    });
    const nodes = this.scene.nodes.filter((node) => near.has(node.id) || refs.has(node.ref));
    return { edges, nodes, refs, chosen };
  }

  /** Paint once before the next frame, however often it is asked for. */
  paint() {
    if (!this.due) this.due = requestAnimationFrame(() => this.paintNow());
  }

  paintNow() {
    cancelAnimationFrame(this.due);
    this.due = null;
    if (!this.drawing) return;
    const { frame, scene, emphasis } = this;
    const below = new Painter(sized(this.under, frame), this.theme);
    const above = new Painter(sized(this.over, frame), this.theme);
    const ends = (edge) => this.ends(edge);
    this.under.hidden = !scene.lanes;
    if (scene.lanes) below.lanes(scene.lanes, frame);
    const focus = this.focused();
    let named = scene;
    if (focus) {
      above.veil(frame);
      if (scene.lanes) above.lanes(scene.lanes, frame);
      above.edges(focus.edges.slice(0, 3000), ends, frame);
      above.discs(focus.nodes, frame);
      named = focus;
    }
    above.marks(named.nodes, frame);
    for (const node of named.nodes) {
      if (emphasis.selected.has(node.ref)) above.ring(frame.at(node).x, frame.at(node).y, frame.size(node.size) + 6, above.colours.mark);
    }
    const heavy = named.edges.length <= 30 || focus || scene.edges.some((edge) => edge.flagged);
    if (heavy) above.edgeLabels(named.edges, ends, frame, focus?.chosen || new Set());
    above.labels(named.nodes, frame, emphasis.labels, new Set([...emphasis.selected, ...(focus?.refs || [])]));
    if (scene.lanes) above.laneNames(scene.lanes, frame);
  }

  /** The whole picture on a canvas of its own, as it stands, for a file. */
  picture(ratio = 2) {
    this.paintNow();
    const { frame, scene } = this;
    const canvas = document.createElement('canvas');
    const to = sized(canvas, frame, ratio);
    const painter = new Painter(to, this.theme);
    to.fillStyle = painter.colours.ground;
    to.fillRect(0, 0, frame.width, frame.height);
    const ends = (edge) => this.ends(edge);
    if (scene.lanes) painter.lanes(scene.lanes, frame);
    painter.edges(scene.edges.slice().sort((a, b) => a.order - b.order), ends, frame, scene.edges.length > 5000);
    painter.discs(scene.nodes, frame);
    to.drawImage(this.over, 0, 0, frame.width, frame.height);
    return canvas;
  }

  resize() {
    this.drawing?.resize();
    this.paint();
  }

  kill() {
    cancelAnimationFrame(this.due);
    this.due = null;
    this.drawing?.kill();
    this.drawing = null;
  }
}
