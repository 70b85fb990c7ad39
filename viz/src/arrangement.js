// Where nodes stand: closed form for hubs, force for the other pictures, and the places kept over filters, new rows and pins.

import { radial } from './layout_radial.js';

const FLAGGED_APART = 190; // room for both names and for what stands on the edge

/** First places for every node: kept ones, then beside a neighbour that has one, else of the closed form. */
export function firstPlaces(nodes, edges, kept) {
  const known = nodes.filter((node) => kept.has(node.id)).length;
  if (known < nodes.length / 2) return radial(nodes, edges);
  const places = new Map(nodes.filter((node) => kept.has(node.id)).map((node) => [node.id, kept.get(node.id)]));
  const beside = new Map();
  for (const edge of edges) {
    if (places.has(edge.src)) beside.set(edge.dst, edge.src);
    if (places.has(edge.dst)) beside.set(edge.src, edge.dst);
  }
  let turn = 0;
  for (const node of nodes) {
    if (places.has(node.id)) continue;
    const near = places.get(beside.get(node.id)) || { x: 0, y: 0 };
    const angle = turn * 2.399963; // golden angle: neighbours of one node spread without meeting
    places.set(node.id, { x: near.x + (30 + turn) * Math.cos(angle), y: near.y + (30 + turn) * Math.sin(angle) });
    turn += 1;
  }
  return places;
}

/** Whether this picture is laid out by force. */
export function isForced(picture, layout) {
  return picture === 'anomaly' || picture === 'intel' || (picture === 'hubs' && layout === 'force');
}

/**
 * The order of a force layout (layout_force.js) for these nodes: flagged ones pulled to the rim (anomaly), listed ones in a column at
 * the right with their contacts beside them (intel), pinned ones where they are.
 */
export function forceOrder(nodes, edges, places, picture, pinned, progress) {
  const at = new Map(nodes.map((node, index) => [node.id, index]));
  const spread = 40 * Math.sqrt(nodes.length) + 120;
  const floats = () => new Float32Array(nodes.length);
  const order = { x: floats(), y: floats(), radius: floats().fill(6), pull: floats(), aimX: floats(), aimY: floats(), rim: floats(), fixed: new Uint8Array(nodes.length), progress };
  nodes.forEach((node, index) => {
    const place = pinned.get(node.id) || places.get(node.id);
    order.x[index] = place.x;
    order.y[index] = place.y;
    order.fixed[index] = pinned.has(node.id) ? 1 : 0;
    if (picture === 'anomaly' && node.flagged) order.rim[index] = spread;
    if (picture === 'intel') {
      order.pull[index] = 0.15;
      order.aimX[index] = -spread * 0.8;
    }
  });
  if (picture === 'intel') columns(order, nodes, spread, pinned);
  const linking = edges.filter((edge) => edge.src !== edge.dst);
  order.links = Uint32Array.from(linking.flatMap((edge) => [at.get(edge.src), at.get(edge.dst)]));
  order.apart = Float32Array.from(linking, (edge) => (picture === 'anomaly' && nodes[at.get(edge.src)].flagged && nodes[at.get(edge.dst)].flagged ? FLAGGED_APART : 60));
  return order;
}

/** Listed nodes in a column at the right, who touched them in columns of at most 30 beside it; all of these stand still. */
function columns(order, nodes, spread, pinned) {
  const inColumn = (chosen, x, most) => chosen.forEach((index, at) => {
    const [column, row] = [Math.floor(at / most), at % most];
    const rows = Math.min(most, chosen.length - column * most);
    order.fixed[index] = 1;
    order.x[index] = x - column * 90;
    order.y[index] = ((rows - 1) / 2 - row) * Math.max(36, Math.min(110, (1.6 * spread) / rows)) + (column % 2) * 18;
  });
  const which = (test) => nodes.map((node, index) => index).filter((index) => !pinned.has(nodes[index].id) && test(nodes[index]));
  const listed = which((node) => node.intel !== 'none');
  if (!listed.length) return;
  listed.sort((a, b) => (nodes[b].intel === 'malicious') - (nodes[a].intel === 'malicious') || nodes[b].degree - nodes[a].degree);
  inColumn(listed, spread, 30);
  inColumn(which((node) => node.intel === 'none' && node.touches), spread * 0.2, 30);
}
