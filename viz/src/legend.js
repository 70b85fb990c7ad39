// The legend: what each colour, shape and ring means, how many there are, and a switch for each.

import { category, glyphOf } from './encodings.js';
import { button, el, fill } from './elements.js';
import { legend } from './filters.js';
import { drawAlert, drawGlyph } from './glyphs.js';
import { INTEL, categoryColour, mix, scoreColour, serviceColour, serviceName } from './palette.js';
import { flaggedEdges } from './pictures.js';
import { count, shown } from './text.js';

const MOST_ROWS = 12;

export class Legend {
  /** acts: {toggle(key, name), choose(id), chooseEdge(edge), choices(change)}. */
  constructor(acts) {
    this.acts = acts;
    this.element = el('div', { class: 'zg-legend' });
  }

  show(base, state) {
    const { choices } = state;
    const names = new Map(base.nodes.map((node) => [node.id, node.label]));
    const counted = base.nodes.flatMap((node) => (node.bundle ? node.members.map(() => node) : [node]));
    fill(this.element,
      this.best(base, state, names),
      this.section('Nodes', legend(counted, category, choices.categories), 'categories', (name) => disc(categoryColour(name), glyphOf(name))),
      this.section('Edges', legend(base.edges, (edge) => serviceName(edge.service), choices.services), 'services', (name) => line(serviceColour(name))),
      this.section('Threat intelligence', legend(counted, (node) => node.intel, choices.intel), 'intel', (name) => ringed(name)),
      this.bounds(choices));
  }

  section(title, rows, key, swatch) {
    if (!rows.length || (key === 'intel' && rows.length === 1 && rows[0].name === 'none')) return null;
    const more = rows.length - MOST_ROWS;
    return el('section', {}, el('h4', {}, title),
      el('ul', {}, rows.slice(0, MOST_ROWS).map((row) => el('li', {}, el('button', {
        type: 'button', class: 'zg-row', 'aria-pressed': String(!row.hidden), 'data-key': key, 'data-name': row.name,
        title: row.hidden ? 'Show' : 'Hide', onclick: () => this.acts.toggle(key, row.name),
      }, swatch(row.name), el('span', {}, shown(row.name, 28)), el('b', {}, count(row.count)))))),
      more > 0 ? el('p', { class: 'zg-faint' }, `and ${count(more)} more kinds`) : null);
  }

  /** Ten things to look at first: the largest hubs, or the flagged edges. */
  best(base, state, names) {
    if (state.picture === 'hubs' || state.picture === 'intel') {
      const worth = (node) => (state.picture === 'hubs' ? node.degree : node.intel === 'malicious' ? 1e6 + node.degree : node.intel === 'suspicious' ? 1e3 + node.degree : 0);
      const top = base.nodes.filter((node) => !node.bundle && worth(node) > 1).sort((a, b) => worth(b) - worth(a) || (a.id < b.id ? -1 : 1)).slice(0, 10);
      if (!top.length) return null;
      return el('section', {}, el('h4', {}, state.picture === 'hubs' ? 'Most peers' : 'Listed'), el('ol', {}, top.map((node) =>
        el('li', {}, button([el('span', {}, shown(node.label, 30)), el('b', {}, count(node.degree))], `Select ${shown(node.label, 60)}`, () => this.acts.choose(node.id), { class: 'zg-row' })))));
    }
    const top = flaggedEdges(base.edges);
    if (!top.length) return null;
    return el('section', {}, el('h4', {}, state.picture === 'lateral' ? 'Hops' : 'Most suspicious'), el('ol', {}, top.map((edge) => {
      const text = `${shown(names.get(edge.src), 22)} → ${shown(names.get(edge.dst), 22)}`;
      return el('li', {}, button([el('span', {}, text), el('b', {}, edge.score === null ? '' : String(Math.round(edge.score)))], `Select ${text}`, () => this.acts.chooseEdge(edge.id), { class: 'zg-row' }));
    })));
  }

  bounds(choices) {
    const severity = el('select', { class: 'zg-select', 'aria-label': 'Least severity', onchange: () => this.acts.choices({ severity: Number(severity.value) }) },
      ['any', 'low', 'medium', 'high', 'critical'].map((word, at) => el('option', { value: at }, `Severity: ${word}${at && at < 4 ? ' or more' : ''}`)));
    severity.value = String(choices.severity);
    const least = el('input', {
      type: 'number', class: 'zg-least', min: 1, step: 1, value: choices.least, 'aria-label': 'Least count of an edge', title: 'Least count of an edge',
      onchange: () => this.acts.choices({ least: Math.max(1, Math.floor(Number(least.value)) || 1) }), onkeydown: (event) => event.stopPropagation(),
    });
    return el('section', {}, el('h4', {}, 'Filter'), severity, el('label', { class: 'zg-faint zg-line' }, 'Count at least ', least));
  }
}

function swatchCanvas(draw) {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 36;
  canvas.className = 'zg-swatch';
  canvas.setAttribute('aria-hidden', 'true');
  const to = canvas.getContext('2d');
  to.scale(2, 2);
  draw(to);
  return canvas;
}

function disc(colour, glyph) {
  return swatchCanvas((to) => {
    to.fillStyle = colour;
    to.beginPath();
    to.arc(9, 9, 7.5, 0, 2 * Math.PI);
    to.fill();
    drawGlyph(to, glyph, 9, 9, 7.5, mix(colour, '#000000', 0.62));
  });
}

function line(colour) {
  return swatchCanvas((to) => {
    to.fillStyle = colour;
    to.fillRect(1, 7.5, 16, 3);
  });
}

function ringed(name) {
  return swatchCanvas((to) => {
    to.strokeStyle = INTEL[name] || scoreColour(50);
    to.lineWidth = 1.5;
    for (const radius of name === 'malicious' ? [7.5, 4.5] : name === 'suspicious' ? [6] : []) {
      to.beginPath();
      to.arc(9, 9, radius, 0, 2 * Math.PI);
      to.stroke();
    }
    if (name === 'malicious') drawAlert(to, 9, 9, 3.4, INTEL.malicious);
  });
}
