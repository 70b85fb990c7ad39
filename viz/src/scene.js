// What is drawn: nodes and edges with places, sizes and colours, free of Splunk, of sigma and of the page.

import { edgeLook, nodeLook, scalesOf } from './encodings.js';
import { lanes } from './layout_lanes.js';
import { INSTANT_EDGES, suspicion } from './limits.js';
import { hopColour } from './palette.js';
import { shown } from './text.js';

/**
 * {nodes: [{id, ref, x, y, size, colour, glyph, rings, mark, label, weight}], edges: [{id, src, dst, colour, width, arrow, curve,
 * flagged, label, edge}], lanes, box: {x0, x1, y0, y1}}. places: Map id -> {x, y}; view: {picture, theme, width, height} in pixels,
 * with a box where the picture must keep its frame.
 */
export function sceneOf(shownNodes, shownEdges, places, view) {
  const scales = scalesOf(shownNodes, shownEdges);
  if (view.picture === 'lateral') return laneScene(shownNodes, shownEdges, scales, view);
  const box = view.box || boxOf(places.values());
  const pxPerUnit = Math.min(view.width / (box.x1 - box.x0), view.height / (box.y1 - box.y0));
  const shrink = Math.max(0.35, Math.min(1, 1.3 * pxPerUnit)); // in a crowd smaller discs, or they hide each other
  const leaders = leadersOf(shownNodes);
  const nodes = [];
  const drawn = new Map();
  for (const node of shownNodes) {
    const place = places.get(node.id);
    if (!place) continue;
    const look = nodeLook(node, view.picture, scales, view.theme);
    const size = node.bundle ? 7 + Math.min(9, Math.log2(node.members.length)) : look.size;
    if (node.bundle) look.weight = node.members.length / 4;
    drawn.set(node.id, `n${nodes.length}`); // names of a log never become keys of the drawing's own tables
    nodes.push({ ...look, id: drawn.get(node.id), ref: node.id, x: place.x, y: place.y, size: size * shrink, label: shown(node.label, 48), bold: isBold(look, node, leaders, view.picture), node });
  }
  const curves = shownEdges.length <= INSTANT_EDGES ? curvesOf(shownEdges) : new Map();
  const edges = shownEdges.filter((edge) => drawn.has(edge.src) && drawn.has(edge.dst)).map((edge) => ({
    ...edgeLook(edge, view.picture, scales, view.theme, shownEdges.length, leaders),
    id: edge.id, src: drawn.get(edge.src), dst: drawn.get(edge.dst), curve: curves.get(edge.id) || 0, label: labelOf(edge, view.picture), edge,
  }));
  return { nodes, edges, lanes: null, box };
}

/** Names to be read first: the hubs, or what is flagged. */
function isBold(look, node, leaders, picture) {
  return picture === 'hubs' ? leaders.has(node.id) : !look.quiet && (look.mark !== null || look.rings.length > 0 || (node.flagged ?? 0) >= 75);
}

/** The three hubs whose edges stay bright. */
function leadersOf(nodes) {
  const ranked = nodes.filter((node) => !node.bundle && node.degree >= 5).sort((a, b) => b.degree - a.degree || (a.id < b.id ? -1 : 1));
  return new Set(ranked.slice(0, 3).filter((node) => node.degree * 5 >= ranked[0].degree).map((node) => node.id));
}

export function boxOf(points) {
  const box = { x0: Infinity, x1: -Infinity, y0: Infinity, y1: -Infinity };
  for (const { x, y } of points) {
    box.x0 = Math.min(box.x0, x);
    box.x1 = Math.max(box.x1, x);
    box.y0 = Math.min(box.y0, y);
    box.y1 = Math.max(box.y1, y);
  }
  if (box.x0 > box.x1) return { x0: -1, x1: 1, y0: -1, y1: 1 };
  const pad = 40;
  return { x0: box.x0 - pad, x1: box.x1 + pad, y0: box.y0 - pad, y1: box.y1 + pad };
}

function labelOf(edge, picture) {
  const service = shown(edge.service, 32);
  if (edge.hop !== null && picture === 'lateral') return `${edge.hop} ${service}`;
  const score = suspicion(edge);
  return picture === 'anomaly' && score ? `${service} ${Math.round(score)}` : service;
}

/** Edges between the same two nodes fan out: id -> curvature; a single edge is straight. */
function curvesOf(edges) {
  const groups = new Map();
  for (const edge of edges) {
    const key = edge.src < edge.dst ? `${edge.src}\n${edge.dst}` : `${edge.dst}\n${edge.src}`;
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(edge);
  }
  const curves = new Map();
  for (const group of groups.values()) {
    if (group.length < 2) continue;
    group.forEach((edge, at) => {
      const offset = (at - (group.length - 1) / 2) * Math.min(0.3, 1 / group.length);
      curves.set(edge.id, edge.src < edge.dst ? offset : -offset);
    });
  }
  return curves;
}

function laneScene(shownNodes, shownEdges, scales, view) {
  const layout = lanes(shownNodes, shownEdges, view.width / view.height);
  const byId = new Map(shownNodes.map((node) => [node.id, node]));
  const nodes = layout.stops.map((stop) => {
    const node = byId.get(stop.ref);
    const look = nodeLook(node, 'lateral', scales, view.theme);
    return { ...look, id: stop.id, ref: stop.ref, x: stop.x, y: stop.y, label: '', node };
  });
  const hops = layout.hops.slice().sort((a, b) => (a.edge.hop ?? 0) - (b.edge.hop ?? 0));
  const edges = hops.map(({ edge, from, to }) => ({
    ...edgeLook(edge, 'lateral', scales, view.theme, shownEdges.length, new Set()),
    id: edge.id, src: from, dst: to, curve: 0, label: labelOf(edge, 'lateral'), edge,
  }));
  const rows = layout.lanes.map((lane) => ({ ...lane, label: shown(byId.get(lane.id).label, 32), node: byId.get(lane.id) }));
  const gutter = layout.width * 0.16; // room for the hosts' names
  const box = { x0: -gutter, x1: layout.width, y0: -layout.height, y1: 60 };
  const stays = layout.stays.map((stay) => ({ ...stay, colour: hopColour(stay.edge.share ?? 0, view.theme) }));
  return { nodes, edges, box, lanes: { ...layout, rows, stays } };
}
