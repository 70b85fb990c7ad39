// Small shapes inside a node's disc, so that a role is told without colour. Drawn as paths on a 2D canvas; radius in pixels.

import { lookup } from './lookup.js';

const PATHS = lookup({
  dot: (to, r) => to.arc(0, 0, r * 0.3, 0, 2 * Math.PI),
  square: (to, r) => to.rect(-r * 0.42, -r * 0.42, r * 0.84, r * 0.84),
  diamond: (to, r) => polygon(to, [[0, -r * 0.6], [r * 0.6, 0], [0, r * 0.6], [-r * 0.6, 0]]),
  star: (to, r) => polygon(to, spikes(8, r * 0.68, r * 0.28)),
  crown: (to, r) => polygon(to, [[-0.55, 0.4], [-0.55, -0.35], [-0.2, 0], [0, -0.5], [0.2, 0], [0.55, -0.35], [0.55, 0.4]].map(([x, y]) => [x * r, y * r])),
  bars: (to, r) => [-0.4, 0, 0.4].forEach((y) => to.rect(-r * 0.5, y * r - r * 0.11, r, r * 0.22)),
  page: (to, r) => to.rect(-r * 0.34, -r * 0.5, r * 0.68, r),
  seal: (to, r) => polygon(to, spikes(6, r * 0.6, r * 0.42)),
  person: (to, r) => {
    to.arc(0, -r * 0.25, r * 0.25, 0, 2 * Math.PI);
    to.moveTo(r * 0.5, r * 0.55);
    to.arc(0, r * 0.55, r * 0.5, 0, Math.PI, true);
  },
  cross: (to, r) => {
    to.rect(-r * 0.5, -r * 0.12, r, r * 0.24);
    to.rect(-r * 0.12, -r * 0.5, r * 0.24, r);
  },
});

function polygon(to, points) {
  points.forEach(([x, y], at) => (at ? to.lineTo(x, y) : to.moveTo(x, y)));
  to.closePath();
}

function spikes(many, outer, inner) {
  return Array.from({ length: many * 2 }, (_, at) => {
    const angle = (at / many) * Math.PI - Math.PI / 2;
    const radius = at % 2 ? inner : outer;
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });
}

export const GLYPH_NAMES = [...Object.keys(PATHS), 'ring'];

/** The glyph at (x, y) in a disc of this radius; ring is a hole. */
export function drawGlyph(to, name, x, y, radius, colour) {
  to.save();
  to.translate(x, y);
  to.beginPath();
  if (name === 'ring') {
    to.arc(0, 0, radius * 0.5, 0, 2 * Math.PI);
    to.lineWidth = Math.max(1, radius * 0.2);
    to.strokeStyle = colour;
    to.stroke();
  } else {
    (PATHS[name] || PATHS.cross)(to, radius);
    to.fillStyle = colour;
    to.fill();
  }
  to.restore();
}

/** A warning triangle with its exclamation mark above the disc. */
export function drawAlert(to, x, y, size, colour) {
  to.save();
  to.translate(x, y);
  to.beginPath();
  polygon(to, [[0, -size], [size, size * 0.8], [-size, size * 0.8]]);
  to.fillStyle = colour;
  to.fill();
  to.strokeStyle = '#fff';
  to.lineWidth = 1;
  to.stroke();
  to.fillStyle = '#fff';
  to.fillRect(-size * 0.12, -size * 0.45, size * 0.24, size * 0.65);
  to.fillRect(-size * 0.12, size * 0.38, size * 0.24, size * 0.22);
  to.restore();
}
