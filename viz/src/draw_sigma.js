// The drawing by WebGL: sigma keeps camera, discs and edges; names, rings and what is focused are painted over it. Where WebGL is
// emulated, many edges would hold up every frame: the unflagged ones are painted below it, in slices.

import EdgeCurveProgram, { EdgeCurvedArrowProgram } from '@sigma/edge-curve';
import { MultiDirectedGraph } from 'graphology';
import Sigma from 'sigma';
import { EdgeArrowProgram, EdgeRectangleProgram, NodeCircleProgram } from 'sigma/rendering';

import { EdgeSlices } from './edge_slices.js';
import { EMULATED_EDGES } from './limits.js';

const NOTHING = () => {};
const SMOOTHED = 1.5; // sigma smooths an edge over its rim, which makes it look thinner than the same width on a canvas

// sigma finds the node under the pointer by drawing everything a second time and reading a pixel back, which stops a software
// renderer for half a second. picking.js does it by arithmetic: both are switched off.
class Discs extends NodeCircleProgram {
  constructor(gl, picking, renderer) {
    super(gl, null, renderer);
  }
}
class UnreadSigma extends Sigma {
  getNodeAtPosition() {
    return null;
  }
}

export class SigmaDrawing {
  /** handlers: camera(), pointer events, lost(). */
  constructor(host, handlers, theme, software) {
    this.kind = 'webgl';
    this.host = host;
    this.software = software;
    this.below = host.appendChild(document.createElement('canvas'));
    this.below.className = 'zg-layer';
    this.slices = new EdgeSlices(this.below, theme);
    this.graph = new MultiDirectedGraph();
    this.byId = new Map();
    this.sigma = new UnreadSigma(this.graph, host, {
      allowInvalidContainer: true, renderLabels: false, renderEdgeLabels: false, enableEdgeEvents: false, zIndex: true,
      defaultDrawNodeHover: NOTHING, defaultDrawNodeLabel: NOTHING, minEdgeThickness: 0.5, stagePadding: 0,
      minCameraRatio: 0.02, maxCameraRatio: 4, defaultEdgeType: 'line',
      nodeProgramClasses: { circle: Discs },
      edgeProgramClasses: {
        line: EdgeRectangleProgram, arrow: EdgeArrowProgram, curve: EdgeCurveProgram, curvedArrow: EdgeCurvedArrowProgram,
      },
    });
    this.sigma.on('afterRender', () => this.rendered(handlers));
    const lost = () => this.sigma && handlers.lost(); // kill() gives the contexts back, which tells the same event
    for (const canvas of Object.values(this.sigma.getCanvases())) canvas.addEventListener('webglcontextlost', lost);
    this.listen(handlers);
  }

  listen(handlers) {
    const mouse = this.sigma.getMouseCaptor();
    let dragged = false;
    mouse.on('mousemovebody', (event) => {
      if (dragged) {
        handlers.drag(event.x, event.y);
        event.preventSigmaDefault();
        event.original.preventDefault();
      } else handlers.move(event.x, event.y, event.original);
    });
    mouse.on('mousedown', (event) => {
      dragged = event.original.button === 0 && handlers.down(event.x, event.y);
      if (dragged) event.preventSigmaDefault();
    });
    mouse.on('mouseup', () => {
      if (dragged) handlers.up();
      dragged = false;
    });
    mouse.on('mouseleave', () => handlers.leave());
    mouse.on('click', (event) => handlers.click(event.x, event.y, event.original));
    mouse.on('doubleClick', (event) => {
      event.preventSigmaDefault();
      handlers.double(event.x, event.y);
    });
  }

  show(scene) {
    const sliced = this.software && scene.edges.length > EMULATED_EDGES;
    const graph = new MultiDirectedGraph();
    for (const node of scene.nodes) {
      graph.addNode(node.id, { x: node.x, y: node.y, size: node.size, color: node.colour, zIndex: node.quiet ? 0 : 1 });
    }
    for (const edge of scene.edges) {
      if (sliced && !edge.flagged) continue;
      const type = edge.curve ? (edge.arrow ? 'curvedArrow' : 'curve') : edge.arrow ? 'arrow' : 'line';
      graph.addEdgeWithKey(edge.id, edge.src, edge.dst, { type, size: edge.width * SMOOTHED, color: edge.colour, curvature: edge.curve * 2, zIndex: edge.order });
    }
    this.graph = graph;
    this.slice(sliced ? scene : { nodes: [], edges: [] });
    this.sigma.setCustomBBox({ x: [scene.box.x0, scene.box.x1], y: [scene.box.y0, scene.box.y1] });
    this.sigma.setGraph(graph);
  }

  slice({ nodes, edges }) {
    this.byId = new Map(nodes.map((node) => [node.id, node]));
    const ranked = edges.filter((edge) => !edge.flagged).sort((a, b) => a.order - b.order || a.width - b.width);
    this.slices.show(ranked, (edge) => [this.byId.get(edge.src), this.byId.get(edge.dst)]);
  }

  rendered(handlers) {
    this.toPixels = null;
    if (this.byId.size || this.filled) this.slices.draw({ at: (place) => this.at(place), size: (value) => this.size(value), width: this.host.clientWidth, height: this.host.clientHeight });
    this.filled = this.byId.size > 0; // once more after the last edge has gone, to wipe
    handlers.camera();
  }

  /** New places of nodes alone. */
  place(nodes) {
    for (const node of nodes) {
      this.graph.mergeNodeAttributes(node.id, { x: node.x, y: node.y });
      if (this.byId.has(node.id)) Object.assign(this.byId.get(node.id), { x: node.x, y: node.y });
    }
  }

  /** sigma's own way from a place to pixels multiplies matrices; asked of every end of every edge that takes a frame, so it is asked thrice. */
  at({ x, y }) {
    if (!this.toPixels) {
      const [from, right, up] = [[0, 0], [1000, 0], [0, 1000]].map(([atX, atY]) => this.sigma.graphToViewport({ x: atX, y: atY }));
      this.toPixels = { from, xx: (right.x - from.x) / 1000, xy: (right.y - from.y) / 1000, yx: (up.x - from.x) / 1000, yy: (up.y - from.y) / 1000 };
    }
    const { from, xx, xy, yx, yy } = this.toPixels;
    return { x: from.x + x * xx + y * yx, y: from.y + x * xy + y * yy };
  }

  from(x, y) {
    return this.sigma.viewportToGraph({ x, y });
  }

  size(value) {
    return this.sigma.scaleSize(value);
  }

  /** Move the camera so that the places fill about half of the view. */
  focus(places, animate) {
    const points = places.map((place) => this.sigma.viewportToFramedGraph(this.at(place)));
    const xs = points.map((point) => point.x);
    const ys = points.map((point) => point.y);
    const span = Math.max(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys));
    const target = { x: (Math.max(...xs) + Math.min(...xs)) / 2, y: (Math.max(...ys) + Math.min(...ys)) / 2, ratio: Math.min(1, Math.max(0.12, span * 1.6)), angle: 0 };
    this.move(target, animate);
  }

  home(animate) {
    this.move({ x: 0.5, y: 0.5, ratio: 1, angle: 0 }, animate);
  }

  move(target, animate) {
    if (animate) this.sigma.getCamera().animate(target, { duration: 300 });
    else this.sigma.getCamera().setState(target);
  }

  zoom(factor) {
    const camera = this.sigma.getCamera();
    camera.setState({ ratio: Math.max(0.02, Math.min(4, camera.ratio * factor)) });
  }

  resize() {
    this.toPixels = null;
    this.sigma.resize(true);
    this.sigma.refresh();
  }

  kill() {
    const { sigma } = this;
    this.slices.stop();
    this.sigma = null;
    sigma.kill();
  }
}
