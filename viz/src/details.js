// What is selected, in words, and what can be done with it.

import { button, el, fill } from './elements.js';
import { cellText, drilldownFields, edgeFields, nodeFields } from './rows_of.js';
import { count, shown } from './text.js';

const MOST_FIELDS = 40;
const MOST_PEERS = 12;

export class Details {
  /** acts: {choose, zoom, pin, only, hide, open, pathFrom, pathTo, drill, undoPath}. */
  constructor(acts) {
    this.acts = acts;
    this.element = el('div', { class: 'zg-details', 'aria-live': 'polite' });
  }

  show(found, state, names) {
    if (found.edge) fill(this.element, this.ofEdge(found.edge, names));
    else if (found.nodes.length === 1) fill(this.element, this.ofNode(found.nodes[0], found.peers, state, names));
    else if (found.nodes.length) fill(this.element, this.ofMany(found.nodes, state));
    else fill(this.element, el('p', { class: 'zg-faint' }, 'Click a node or an edge for its facts, double-click a hub to fold or open its leaves, drag to pin, shift-click to add.'));
  }

  ofNode(node, peers, state, names) {
    const { acts } = this;
    const pinned = state.pinned.some(([id]) => id === node.id);
    const acting = node.bundle
      ? [button(`Open ${count(node.members.length)}`, `Show all ${count(node.members.length)} nodes one by one`, () => acts.open(node.id))]
      : [button(pinned ? 'Unpin' : 'Pin', 'Keep it where it is', () => acts.pin(node.id)),
        button('Path from', 'Find ways from here that time allows: then choose the other end', () => acts.pathFrom(node.id), { 'aria-pressed': String(state.pathFrom === node.id) }),
        button('Drill down', 'Hand this node to the dashboard', (event) => acts.drill(node, null, event))];
    return [el('h4', {}, shown(node.label, 120)),
      el('div', { class: 'zg-group' }, button('Zoom', 'Zoom to it', () => acts.zoom([node.id])), button('Isolate', 'Show it and its peers alone', () => acts.only([node.id])),
        button('Hide', 'Hide it', () => acts.hide([node.id])), acting),
      fieldList(drilldownFields(names, node.row, nodeFields(node))),
      node.flags?.length ? el('ul', { class: 'zg-flags' }, node.flags.slice(0, 12).map((flag) => el('li', {}, shown(flag)))) : null,
      el('h4', {}, `Peers (${count(peers.length)})`),
      el('ul', {}, peers.slice(0, MOST_PEERS).map(({ node: other, edge, out }) => el('li', {}, button(
        [el('span', {}, `${out ? '→' : '←'} ${shown(other.label, 28)} ${shown(edge.service, 16)}`), el('b', {}, count(edge.count))],
        `Select ${shown(other.label, 60)}`, () => acts.choose(other.id), { class: 'zg-row' })))),
      peers.length > MOST_PEERS ? el('p', { class: 'zg-faint' }, `and ${count(peers.length - MOST_PEERS)} more; see the table`) : null];
  }

  ofMany(nodes, state) {
    const ids = nodes.map((node) => node.id);
    const acting = [button('Zoom', 'Zoom to them', () => this.acts.zoom(ids)), button('Isolate', 'Show these and their peers alone', () => this.acts.only(ids)), button('Hide', 'Hide them', () => this.acts.hide(ids))];
    if (nodes.length === 2) acting.push(button('Path', 'Ways from the first to the second that time allows', () => this.acts.path(ids[0], ids[1])));
    return [el('h4', {}, `${count(nodes.length)} selected`), el('div', { class: 'zg-group' }, acting),
      el('ul', {}, nodes.slice(0, 20).map((node) => el('li', {}, shown(node.label, 60)))),
      state.pathNote ? el('p', { class: 'zg-faint' }, state.pathNote) : null];
  }

  ofEdge(edge, names) {
    return [el('h4', {}, `${shown(edge.srcLabel, 60)} → ${shown(edge.dstLabel, 60)}`),
      el('div', { class: 'zg-group' }, button('Source', 'Select the source', () => this.acts.choose(edge.src)), button('Destination', 'Select the destination', () => this.acts.choose(edge.dst)),
        button('Drill down', 'Hand this edge to the dashboard', (event) => this.acts.drill(null, edge, event))),
      edge.told ? el('p', {}, shown(edge.told, 400)) : null,
      edge.rows > 1 || edge.folded ? el('p', { class: 'zg-faint' }, `Sums of ${count(edge.folded || edge.rows)} rows.`) : null,
      fieldList(drilldownFields(names, edge.rows > 1 || edge.folded ? null : edge.row, edgeFields(edge)))];
  }
}

function fieldList(fields) {
  const entries = Object.entries(fields);
  const left = entries.length - MOST_FIELDS;
  return el('dl', {}, entries.slice(0, MOST_FIELDS).flatMap(([name, value]) => [el('dt', {}, shown(name, 40)), el('dd', {}, shown(textOf(name, value), 300))]),
    left > 0 ? [el('dt', {}, ''), el('dd', {}, `${count(left)} more fields`)] : []);
}

function textOf(name, value) {
  const number = Number(value);
  return Number.isFinite(number) && value !== '' ? cellText(name, number) : value;
}
