// How a node and an edge look in each picture: colour, size, glyph, ring. Sizes in pixels of radius, widths in pixels.
// Colour never speaks alone: role has a glyph, intel and severity have rings and a mark, protocols have a label, hops have a number.

import { isFlagged, suspicion as edgeSuspicion } from './limits.js';
import { lookup } from './lookup.js';
import { INTEL, THEMES, categoryColour, hopColour, mix, scoreColour, serviceColour } from './palette.js';

const GLYPHS = lookup({
  client: 'dot', server: 'square', both: 'diamond', external: 'ring', domain: 'bars', user: 'person', file: 'page', hash: 'page',
  certificate: 'seal', scanner: 'star', resolver: 'bars', 'domain controller': 'crown', proxy: 'diamond', 'jump host': 'diamond',
  printer: 'page', backup: 'square', deployment: 'crown',
});
const [LEAST_PX, MOST_PX] = [4, 32];

export function category(node) {
  return node.role || node.kind || 'other';
}

export function glyphOf(category_) {
  return GLYPHS[category_] || 'cross';
}

function scaled(value, most) {
  return most > 0 ? LEAST_PX + (MOST_PX - LEAST_PX) * Math.sqrt(Math.max(0, value) / most) : LEAST_PX;
}

/** Draws of the whole graph that single nodes and edges are measured against. */
export function scalesOf(nodes, edges) {
  const most = (items, of) => items.reduce((largest, item) => Math.max(largest, of(item) || 0), 0);
  return {
    degree: most(nodes, (node) => node.degree),
    bytes: most(edges, (edge) => (edge.bytesOut || 0) + (edge.bytesIn || 0)),
    hits: most(nodes, (node) => (node.intel === 'none' ? 0 : node.degree)),
  };
}

/** {colour, size, glyph, rings: [colour], mark, weight}: weight orders labels and what lies on top. */
export function nodeLook(node, picture, scales, theme) {
  const look = { glyph: glyphOf(category(node)), rings: [], mark: null, weight: node.degree, quiet: false };
  look.colour = node.colour || categoryColour(category(node));
  look.size = scaled(node.degree, scales.degree);
  if (picture === 'anomaly') {
    const score = suspicion(node);
    look.quiet = score === 0;
    look.colour = score ? scoreColour(score) : THEMES[theme].quiet;
    look.size = score ? 7 + 13 * (score / 100) : 4;
    look.weight = score * 1000 + Math.sqrt(node.degree);
  } else if (picture === 'intel') {
    look.colour = INTEL[node.intel];
    look.quiet = node.intel === 'none' && !node.touches;
    if (look.quiet) look.colour = THEMES[theme].quiet;
    else if (node.intel === 'none') look.colour = categoryColour(category(node));
    look.size = node.intel === 'none' ? (node.touches ? 8 : 4) : 12 + 10 * Math.sqrt(node.degree / (scales.hits || 1));
    look.weight = node.intel === 'malicious' ? 1e6 + node.degree : node.intel === 'suspicious' ? 1e5 : node.touches ? 1e4 : node.degree;
  } else if (picture === 'lateral') {
    look.size = node.onPath ? 5 : 3;
    look.quiet = !node.onPath;
    if (look.quiet) look.colour = mix(THEMES[theme].quiet, THEMES[theme].ground, 0.2);
  }
  addRings(look, node, theme);
  return look;
}

function suspicion(node) {
  return Math.max(node.score ?? 0, node.flagged ?? 0, node.severity * 25, node.intel === 'malicious' ? 100 : 0);
}

function addRings(look, node, theme) {
  if (node.intel === 'malicious') look.rings.push(INTEL.malicious, INTEL.malicious);
  else if (node.intel === 'suspicious') look.rings.push(INTEL.suspicious);
  if (node.intel === 'malicious' || node.severity >= 3) look.mark = 'alert';
  if (node.severity >= 1 && node.intel === 'none') look.rings.push(scoreColour(node.severity * 25));
  if (node.pinned) look.pin = THEMES[theme].ink;
}

/** {colour, width, arrow, flagged, order}: order draws flagged edges over the rest. all: how many; leaders: ids of the largest hubs, the largest first. */
export function edgeLook(edge, picture, scales, theme, all, leaders) {
  const ground = THEMES[theme].ground;
  const moved = (edge.bytesOut || 0) + (edge.bytesIn || 0);
  const wide = scales.bytes > 0 ? 0.5 + 5.5 * (Math.log1p(moved) / Math.log1p(scales.bytes)) ** 2 : 1;
  const look = { colour: edge.colour || serviceColour(edge.service), width: Math.min(6, wide), arrow: all <= 5000, flagged: isFlagged(edge), order: 0 };
  if (picture === 'anomaly') {
    const score = edgeSuspicion(edge);
    look.flagged = score > 0;
    look.colour = look.flagged ? scoreColour(score) : mix(ground, THEMES[theme].quiet, 0.6);
    look.width = look.flagged ? 3 + score / 40 : 0.7;
    look.arrow = look.flagged;
  } else if (picture === 'intel') {
    look.flagged = edge.touchesBad || edge.intel === 'malicious';
    look.colour = look.flagged ? INTEL.malicious : mix(ground, THEMES[theme].quiet, 0.7);
    look.width = look.flagged ? Math.max(2.5, look.width) : 0.8;
  } else if (picture === 'lateral') {
    look.flagged = edge.pathId !== null || edge.hop !== null;
    look.colour = look.flagged ? hopColour(edge.share ?? 0, theme) : mix(ground, THEMES[theme].quiet, 0.7);
    look.width = look.flagged ? 3.5 : 1;
    look.arrow = true;
  } else {
    const leads = leaders.has(edge.src) || leaders.has(edge.dst);
    const first = [...leaders][0];
    const foremost = first !== undefined && (edge.src === first || edge.dst === first);
    look.colour = mix(ground, look.colour, foremost ? 1 : leads ? 0.6 : all > 300 ? 0.28 : 0.5);
    look.width = Math.min(leads ? 3 : all > 300 ? 1.4 : 4, Math.max(foremost ? 1.7 : leads ? 1 : 0.6, look.width));
    look.arrow = look.arrow && (leads || all <= 300);
    look.order = foremost ? 1.5 : leads ? 1 : 0;
  }
  if (look.flagged) look.order = 2;
  return look;
}
