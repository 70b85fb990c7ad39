// What each of the four pictures asks of the graph before it is laid out: which nodes count, what is folded, who touches what.

import { folded } from './folding.js';
import { isFlagged, suspicion } from './limits.js';
import { count } from './text.js';

const MOST_STANDING_OUT = 30; // more at once, and none does

export const PICTURES = {
  hubs: { label: 'Hubs', question: 'Who talks to very many, who is talked to by many?' },
  anomaly: { label: 'Anomalies', question: 'Which pair is unlike the rest?' },
  lateral: { label: 'Lateral', question: 'By which hosts, in which order, did access move?' },
  intel: { label: 'Intel', question: 'What here is known bad, and who touched it?' },
};

/** The picture that the table speaks for: paths, then intel, then scores, else hubs. */
export function pictureFor(model) {
  if (model.edges.some((edge) => edge.pathId !== null || edge.hop !== null)) return 'lateral';
  if ([...model.nodes.values()].some((node) => node.intel !== 'none') || model.edges.some((edge) => edge.intel !== 'none')) return 'intel';
  if (model.edges.some((edge) => (edge.score ?? 0) > 0)) return 'anomaly';
  return 'hubs';
}

/** {nodes, edges, bundles, notes}. opened: bundle ids; keep: ids never folded. Nodes and edges are copies with the picture's own marks. */
export function prepared(model, edges, picture, opened, keep) {
  const nodes = [...model.nodes.values()].map((node) => ({ ...node }));
  const own = edges.map((edge) => ({ ...edge }));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  if (picture === 'lateral') return { nodes, edges: inOrder(own, byId), bundles: new Map(), notes: untimed(own) };
  if (picture === 'intel') return aroundIntel(nodes, own, byId, opened, keep);
  if (picture === 'anomaly') {
    const ranked = own.filter(suspicion).sort((a, b) => suspicion(b) - suspicion(a) || b.count - a.count);
    for (const edge of ranked.slice(MOST_STANDING_OUT)) edge.outranked = true;
    for (const edge of ranked.slice(0, MOST_STANDING_OUT)) {
      const score = suspicion(edge);
      for (const id of [edge.src, edge.dst]) byId.get(id).flagged = Math.max(byId.get(id).flagged ?? 0, score);
    }
    if (ranked.length > MOST_STANDING_OUT) {
      return { ...folded(nodes, own, opened, keep), notes: [`${count(ranked.length)} pairs are flagged; the ${MOST_STANDING_OUT} highest stand out, the rest is grey. The table holds all.`] };
    }
  }
  return { ...folded(nodes, own, opened, keep), notes: [] };
}

function untimed(edges) {
  const none = edges.filter((edge) => edge.first === null).length;
  return none ? [`${none} edges have no time (first, ts or _time) and cannot stand on a time axis.`] : [];
}

/** share 0..1: where a hop lies in its own path, early to late. */
function inOrder(edges, byId) {
  const longest = new Map();
  for (const edge of edges) if (edge.hop !== null) longest.set(edge.pathId, Math.max(longest.get(edge.pathId) || 0, edge.hop));
  for (const edge of edges) {
    if (edge.pathId === null && edge.hop === null) continue;
    const steps = longest.get(edge.pathId) || 1;
    edge.share = steps > 1 ? ((edge.hop ?? 1) - 1) / (steps - 1) : 0;
    for (const id of [edge.src, edge.dst]) byId.get(id).onPath = true;
    if (edge.hop === 1) byId.get(edge.src).starts = true;
    if (edge.hop === steps) byId.get(edge.dst).ends = true;
  }
  return edges;
}

function aroundIntel(nodes, edges, byId, opened, keep) {
  const bad = new Set(nodes.filter((node) => node.intel !== 'none').map((node) => node.id));
  for (const edge of edges) {
    if (edge.intel === 'none') continue; // an indicator that only the edge names is its destination
    bad.add(edge.dst);
    const node = byId.get(edge.dst);
    if (node.intel !== 'malicious') Object.assign(node, { intel: edge.intel, intelSource: node.intelSource || edge.intelSource });
  }
  if (!bad.size) return { ...folded(nodes, edges, opened, keep), notes: ['Nothing here is listed by threat intelligence (no intel value in the rows).'] };
  const near = new Set(bad);
  for (const edge of edges) {
    edge.touchesBad = bad.has(edge.src) || bad.has(edge.dst);
    if (!edge.touchesBad) continue;
    for (const id of [edge.src, edge.dst]) {
      near.add(id);
      if (!bad.has(id)) byId.get(id).touches = true;
    }
  }
  const within = new Set([...near, ...keep]);
  for (const edge of edges) if (near.has(edge.src) || near.has(edge.dst)) within.add(edge.src).add(edge.dst);
  const kept = nodes.filter((node) => within.has(node.id));
  const between = edges.filter((edge) => within.has(edge.src) && within.has(edge.dst) && (near.has(edge.src) || near.has(edge.dst)));
  const far = nodes.length - kept.length;
  const notes = far ? [`${far.toLocaleString('en-US')} nodes further than two steps from anything listed are left out of this picture.`] : [];
  return { ...folded(kept, between, opened, new Set([...keep, ...near]), 4), notes };
}

/** Flagged edges of a picture for its list, most suspicious first. */
export function flaggedEdges(edges, most = 10) {
  return edges
    .filter(isFlagged)
    .sort((a, b) => (b.score ?? b.severity * 25) - (a.score ?? a.severity * 25) || b.count - a.count)
    .slice(0, most);
}
