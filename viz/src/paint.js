// Painting a scene on a 2D canvas. Three users: the layer over WebGL (marks, labels, what is focused), the drawing without WebGL and
// the PNG export (everything). A frame says how to get from the scene to pixels: {at(place) -> {x, y}, size(value) -> px, width, height}.

import { drawAlert, drawGlyph } from './glyphs.js';
import { fitting } from './labels.js';
import { THEMES, mix } from './palette.js';
import { ticks } from './time_axis.js';

const FONT = '12px Roboto, "Splunk Platform Sans", "Helvetica Neue", Arial, sans-serif';
const LEAST_GLYPH_PX = 4.5;
const MOST_GLYPHS = 3000;

export class Painter {
  constructor(context, theme) {
    this.to = context;
    this.theme = theme;
    this.colours = THEMES[theme];
  }

  edges(edges, ends, frame, plain = false) {
    const to = this.to;
    for (const edge of edges) {
      const [from, end] = ends(edge).map((place) => frame.at(place));
      const curve = controlOf(from, end, edge.curve);
      to.strokeStyle = edge.colour;
      to.lineWidth = Math.max(0.6, frame.size(edge.width));
      to.beginPath();
      to.moveTo(from.x, from.y);
      if (edge.curve) to.quadraticCurveTo(curve.x, curve.y, end.x, end.y);
      else to.lineTo(end.x, end.y);
      to.stroke();
      if (edge.arrow && !plain) this.head(edge.curve ? curve : from, end, frame.size(ends(edge)[1].size), edge);
    }
  }

  head(from, end, radius, edge) {
    const to = this.to;
    const angle = Math.atan2(end.y - from.y, end.x - from.x);
    const length = 4 + 1.8 * edge.width;
    const tip = { x: end.x - radius * Math.cos(angle), y: end.y - radius * Math.sin(angle) };
    to.fillStyle = edge.colour;
    to.beginPath();
    to.moveTo(tip.x, tip.y);
    to.lineTo(tip.x - length * Math.cos(angle - 0.42), tip.y - length * Math.sin(angle - 0.42));
    to.lineTo(tip.x - length * Math.cos(angle + 0.42), tip.y - length * Math.sin(angle + 0.42));
    to.fill();
  }

  discs(nodes, frame) {
    const to = this.to;
    for (const node of nodes) {
      const { x, y } = frame.at(node);
      to.fillStyle = node.colour;
      to.beginPath();
      to.arc(x, y, frame.size(node.size), 0, 2 * Math.PI);
      to.fill();
    }
  }

  /** Rings, glyphs, alerts and pins of nodes in view. */
  marks(nodes, frame) {
    let glyphs = 0;
    for (const node of nodes) {
      const { x, y } = frame.at(node);
      const radius = frame.size(node.size);
      if (x < -60 || y < -60 || x > frame.width + 60 || y > frame.height + 60) continue;
      node.rings.forEach((colour, at) => this.ring(x, y, radius + 3 + 4 * at, colour));
      if (radius >= LEAST_GLYPH_PX && !node.quiet && glyphs < MOST_GLYPHS) {
        drawGlyph(this.to, node.node.bundle ? 'cross' : node.glyph, x, y, radius, mix(node.colour, '#000000', 0.62));
        glyphs += 1;
      }
      if (node.mark === 'alert') drawAlert(this.to, x + radius * 0.8 + 4, y - radius * 0.8 - 4, 8, '#e41e26');
      if (node.pin) this.ring(x, y, radius + 1.5, node.pin, [2, 2]);
    }
  }

  ring(x, y, radius, colour, dash = []) {
    const to = this.to;
    to.strokeStyle = colour;
    to.lineWidth = 2;
    to.setLineDash(dash);
    to.beginPath();
    to.arc(x, y, radius, 0, 2 * Math.PI);
    to.stroke();
    to.setLineDash([]);
  }

  /** Names of nodes: mode auto (what fits, heaviest first), all, or selected (the ids in chosen alone). */
  labels(nodes, frame, mode, chosen) {
    const to = this.to;
    to.font = FONT;
    const candidates = [];
    const least = heaviest(nodes, 25);
    for (const node of nodes) {
      const always = chosen.has(node.ref);
      if (!node.label || (mode === 'selected' && !always)) continue;
      if (mode === 'auto' && !always && nodes.length > 60 && (node.quiet || node.weight <= least)) continue;
      const { x, y } = frame.at(node);
      const radius = frame.size(node.size) + 5 + 4 * node.rings.length;
      node.labelPx = node.labelPx ?? this.widthOf(node.label, node.bold) + 4;
      candidates.push({ node, x: x + radius, otherX: x - radius - node.labelPx, y, width: node.labelPx, height: 15, weight: node.weight, always });
    }
    const most = mode === 'all' ? 400 : 40;
    for (const { node, x, y } of fitting(candidates, frame.width, frame.height, most)) this.text(node.label, x, y, this.colours.ink, node.bold ? 'bold' : '');
  }

  text(text, x, y, colour = this.colours.ink, weight = '') {
    const to = this.to;
    to.font = weight ? `${weight} ${FONT}` : FONT;
    to.textBaseline = 'middle';
    to.lineJoin = 'round';
    to.lineWidth = 4;
    to.strokeStyle = this.colours.halo;
    to.strokeText(text, x, y);
    to.fillStyle = colour;
    to.fillText(text, x, y);
  }

  /** Numbers of hops and services of flagged edges, in the middle of the line; of all when there are few. */
  edgeLabels(edges, ends, frame, chosen, most = 40) {
    const flagged = edges.filter((edge) => edge.flagged || chosen.has(edge.id));
    const named = flagged.length || edges.length > 30 ? flagged : edges;
    this.to.font = FONT;
    const candidates = named.slice(0, 400).map((edge) => {
      const [from, end] = ends(edge).map((place) => frame.at(place));
      const middle = controlOf(from, end, edge.curve / 2);
      const width = this.to.measureText(edge.label).width;
      const steep = Math.abs(end.y - from.y) > Math.abs(end.x - from.x); // beside a steep line, above a flat one
      return { edge, x: steep ? middle.x + 8 : middle.x - width / 2, y: middle.y - (steep ? 0 : 9), width, height: 14, weight: edge.order * 1000 + edge.width, always: chosen.has(edge.id) };
    });
    for (const { edge, x, y } of fitting(candidates, frame.width, frame.height, most)) {
      this.text(edge.label, x, y, edge.flagged ? mix(edge.colour, this.colours.ink, 0.55) : this.colours.faint);
    }
  }

  /** Lanes with their hosts' names at the left, and the time axis below. */
  lanes(lanes, frame) {
    const to = this.to;
    const right = frame.at({ x: lanes.width, y: 0 }).x;
    for (const row of lanes.rows) {
      const start = frame.at({ x: 0, y: row.y });
      to.strokeStyle = row.onPath ? mix(this.colours.ground, this.colours.faint, 0.6) : this.colours.line;
      to.lineWidth = row.onPath ? 1.5 : 0.75;
      to.beginPath();
      to.moveTo(start.x, start.y);
      to.lineTo(right, start.y);
      to.stroke();
    }
    for (const stay of lanes.stays) {
      to.strokeStyle = mix(stay.colour, this.colours.ground, 0.35);
      to.lineWidth = 4;
      to.beginPath();
      to.moveTo(frame.at({ x: stay.x0, y: 0 }).x, frame.at({ x: 0, y: stay.y }).y);
      to.lineTo(frame.at({ x: stay.x1, y: 0 }).x, frame.at({ x: 0, y: stay.y }).y);
      to.stroke();
    }
    const bottom = frame.at({ x: 0, y: lanes.rows.length ? lanes.rows[lanes.rows.length - 1].y : 0 }).y;
    const span = lanes.span[1] - lanes.span[0];
    for (const { at, label } of ticks(lanes.span[0], lanes.span[1])) {
      const x = frame.at({ x: ((at - lanes.span[0]) / span) * lanes.width * lanes.reach, y: 0 }).x;
      const y = Math.min(bottom + 22, frame.height - 10);
      to.fillStyle = this.colours.line;
      to.fillRect(x, frame.at({ x: 0, y: 20 }).y, 0.75, y - frame.at({ x: 0, y: 20 }).y - 8);
      this.text(label, x - 14, y, this.colours.faint);
    }
  }

  /** Names of the lanes; the start and the end of a path carry a ring and a word. */
  laneNames(lanes, frame) {
    for (const row of lanes.rows) {
      const place = frame.at({ x: 0, y: row.y });
      const x = Math.max(6, place.x - 8 - this.widthOf(row.label, row.onPath));
      this.text(row.label, x, place.y, row.onPath ? this.colours.ink : this.colours.faint, row.onPath ? 'bold' : '');
      if (row.node.starts) this.badge('start', '#54a24b', x, place.y - 14);
      else if (row.node.ends) this.badge('end', '#e45756', x, place.y - 14);
    }
  }

  widthOf(text, bold) {
    this.to.font = bold ? `bold ${FONT}` : FONT;
    return this.to.measureText(text).width;
  }

  badge(word, colour, x, y) {
    this.ring(x + 4, y, 3, colour);
    this.text(word, x + 11, y, mix(colour, this.colours.ink, 0.4));
  }

  /** Lays a veil over the picture, so that what is painted next stands out. */
  veil(frame, share = 0.72) {
    this.to.globalAlpha = share;
    this.to.fillStyle = this.colours.ground;
    this.to.fillRect(0, 0, frame.width, frame.height);
    this.to.globalAlpha = 1;
  }
}

/** The weight that all but the `many` heaviest nodes do not exceed. */
function heaviest(nodes, many) {
  if (nodes.length <= many) return -1;
  return nodes.map((node) => node.weight).sort((a, b) => b - a)[many];
}

/** The control point of a curved edge; for a straight one its middle. */
export function controlOf(from, end, curve) {
  const middle = { x: (from.x + end.x) / 2, y: (from.y + end.y) / 2 };
  return { x: middle.x + (end.y - from.y) * curve * 2, y: middle.y - (end.x - from.x) * curve * 2 };
}
