// One sentence over the picture: what is to be seen first, in words. Also what a screen reader says of the drawing.

import { category } from './encodings.js';
import { suspicion } from './limits.js';
import { count, duration, moment, shown } from './text.js';

/** The sentence for the picture over its visible nodes and edges. */
export function headline(picture, nodes, edges) {
  if (!nodes.length) return 'Nothing to draw: no row has a source and a destination, or all are filtered away.';
  return { hubs, anomaly, lateral, intel }[picture](nodes.filter((node) => !node.bundle), edges);
}

function hubs(nodes) {
  const [first, second] = nodes.slice().sort((a, b) => b.degree - a.degree || (a.id < b.id ? -1 : 1));
  if (!first || first.degree < 2) return 'No hub: no node has more than one peer.';
  const way = first.out >= 2 * first.in ? 'reaches out to' : first.in >= 2 * first.out ? 'is reached by' : 'exchanges with';
  const next = second && second.degree > 1 ? ` Next: ${shown(second.label, 60)} with ${count(second.degree)}.` : '';
  return `${shown(first.label, 60)} (${category(first)}) ${way} ${count(first.degree)} peers, more than any other.${next}`;
}

function anomaly(nodes, edges) {
  const [first] = edges.filter(suspicion).sort((a, b) => suspicion(b) - suspicion(a) || b.count - a.count);
  if (!first) return 'No pair here has a score or severity; run a hunt first (zeekbeacon, dnstunnel) or look at the hubs.';
  const names = new Map(nodes.map((node) => [node.id, node.label]));
  const many = edges.filter(suspicion).length;
  const pair = `${shown(names.get(first.src) ?? first.src, 60)} → ${shown(names.get(first.dst) ?? first.dst, 60)}`;
  return `${pair} (${shown(first.service, 30)}) is the most suspicious of ${count(many)} ${many === 1 ? 'flagged pair' : 'flagged pairs'}: ${Math.round(suspicion(first))} of 100 points.`;
}

function lateral(nodes, edges) {
  const paths = new Map();
  for (const edge of edges) {
    if (edge.pathId === null && edge.hop === null) continue;
    const key = edge.pathId ?? '';
    if (!paths.has(key)) paths.set(key, []);
    paths.get(key).push(edge);
  }
  const [longest] = [...paths.values()].sort((a, b) => b.length - a.length || (b[0].score ?? 0) - (a[0].score ?? 0));
  if (!longest) return `No path is marked (path_id, hop or path): ${count(edges.length)} sessions in order of time.`;
  const names = new Map(nodes.map((node) => [node.id, node.label]));
  const steps = longest.slice().sort((a, b) => (a.hop ?? 0) - (b.hop ?? 0) || a.first - b.first);
  const hosts = [steps[0].src, ...steps.map((edge) => edge.dst)].map((id) => shown(names.get(id) ?? id, 40));
  const [start, end] = [steps[0].first, steps[steps.length - 1].first];
  const long = end === start ? '' : `, within ${duration(end - start)}`;
  const when = start === null || end === null ? '' : `, ${moment(start)}${long}`;
  return `${hosts.join(' → ')}: ${count(steps.length)} ${steps.length === 1 ? 'hop' : 'hops'}${when}.${paths.size > 1 ? ` ${count(paths.size - 1)} other paths.` : ''}`;
}

function intel(nodes, edges) {
  const bad = nodes.filter((node) => node.intel !== 'none').sort((a, b) => (a.intel < b.intel ? -1 : a.intel > b.intel ? 1 : b.degree - a.degree));
  if (!bad.length) return 'Nothing here is listed by threat intelligence.';
  const ids = new Set(bad.map((node) => node.id));
  const names = new Map(nodes.map((node) => [node.id, node.label]));
  const touched = new Set();
  for (const edge of edges) {
    if (ids.has(edge.dst) && !ids.has(edge.src)) touched.add(edge.src);
    if (ids.has(edge.src) && !ids.has(edge.dst)) touched.add(edge.dst);
  }
  const who = [...touched].slice(0, 4).map((id) => shown(names.get(id) ?? id, 40)).join(', ');
  const more = touched.size > 4 ? ` and ${count(touched.size - 4)} more` : '';
  const first = `${shown(bad[0].label, 60)} is listed as ${bad[0].intel}`;
  const others = bad.length > 1 ? ` (and ${count(bad.length - 1)} others)` : '';
  return `${first}${others}; touched by ${touched.size ? who + more : 'nobody in view'}.`;
}
