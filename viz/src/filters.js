// What is visible: the viewer's choices applied to a model. Pure: (edges, nodes, choices) -> sets and counts.

import { category } from './encodings.js';
import { serviceName } from './palette.js';

export const NO_CHOICES = Object.freeze({
  services: [], categories: [], intel: [], severity: 0, least: 1, window: null, hidden: [], only: null, flaggedOnly: false,
});

/** Why a node cannot be seen, or null. */
function nodePasses(node, sets, choices) {
  if (sets.hidden.has(node.id) || sets.categories.has(category(node)) || sets.intel.has(node.intel)) return false;
  return !sets.only || sets.only.has(node.id) || choices.only.length === 0;
}

function edgePasses(edge, sets, choices) {
  if (sets.services.has(serviceName(edge.service)) || edge.count < choices.least || edge.severity < choices.severity) return false;
  const window = choices.window;
  return !window || edge.first === null || (edge.first <= window[1] && (edge.last ?? edge.first) >= window[0]);
}

/** {nodes: Set of ids, edges: [edge], lonely}: a node whose every edge is filtered away goes as well, unless the table gave it none. */
export function visible(nodes, edges, choices) {
  const sets = {
    services: new Set(choices.services), categories: new Set(choices.categories), intel: new Set(choices.intel),
    hidden: new Set(choices.hidden), only: choices.only ? new Set(choices.only) : null,
  };
  const passing = new Set();
  for (const node of nodes) if (nodePasses(node, sets, choices)) passing.add(node.id);
  const kept = edges.filter((edge) => passing.has(edge.src) && passing.has(edge.dst) && edgePasses(edge, sets, choices));
  const touched = new Set();
  for (const edge of kept) touched.add(edge.src).add(edge.dst);
  const narrowed = choices.least > 1 || choices.severity > 0 || choices.services.length > 0 || choices.window;
  const ids = new Set([...passing].filter((id) => touched.has(id) || !narrowed));
  return { nodes: ids, edges: kept };
}

/** Rows of the legend: [{name, count, hidden}] by count, of all nodes or edges whatever is hidden, so that a row can be put back. */
export function legend(items, nameOf, hidden) {
  const counts = new Map();
  for (const item of items) counts.set(nameOf(item), (counts.get(nameOf(item)) || 0) + 1);
  return [...counts]
    .map(([name, many]) => ({ name, count: many, hidden: hidden.includes(name) }))
    .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
}

/** Ids whose label or id holds the text, best first: equal, beginning, anywhere; then by degree. */
export function search(nodes, text, most = 20) {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return [];
  const rank = (node) => {
    const label = node.label.toLowerCase();
    if (label === wanted || node.id.toLowerCase() === wanted) return 0;
    if (label.startsWith(wanted)) return 1;
    return label.includes(wanted) || node.id.toLowerCase().includes(wanted) ? 2 : 3;
  };
  return nodes
    .map((node) => ({ node, rank: rank(node) }))
    .filter((found) => found.rank < 3)
    .sort((a, b) => a.rank - b.rank || b.node.degree - a.node.degree || (a.node.id < b.node.id ? -1 : 1))
    .slice(0, most)
    .map((found) => found.node.id);
}
