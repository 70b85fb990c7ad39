// The same rows as a table: for the keyboard, for screen readers, for reading exact values. Sorted by a click on a column.

import { button, el, fill } from './elements.js';
import { EDGE_COLUMNS, NODE_COLUMNS, cellText, edgeFields, nodeFields } from './rows_of.js';
import { count, shown } from './text.js';

export const PAGE_ROWS = 100;

export class TableView {
  /** acts: {chooseEdge(id), choose(id), drill(node, edge, event)}. */
  constructor(acts) {
    this.acts = acts;
    this.kind = 'edges';
    this.page = 0;
    this.sorted = { column: null, down: true };
    this.element = el('div', { class: 'zg-table', hidden: true });
  }

  show(nodes, edges) {
    this.nodes = nodes;
    this.edges = edges;
    this.draw();
  }

  draw() {
    const isEdges = this.kind === 'edges';
    const columns = isEdges ? EDGE_COLUMNS : NODE_COLUMNS;
    const items = (isEdges ? this.edges : this.nodes).map((item) => ({ item, row: isEdges ? edgeFields(item) : nodeFields(item) }));
    this.sort(items, isEdges ? 'score' : 'degree_out');
    const pages = Math.max(1, Math.ceil(items.length / PAGE_ROWS));
    this.page = Math.min(this.page, pages - 1);
    const start = this.page * PAGE_ROWS;
    const tab = (kind, text) => button(text, text, () => this.turn({ kind, page: 0 }), { role: 'tab', 'aria-selected': String(this.kind === kind) });
    fill(this.element,
      el('div', { class: 'zg-group', role: 'tablist' }, tab('edges', `Edges (${count(this.edges.length)})`), tab('nodes', `Nodes (${count(this.nodes.length)})`),
        button('‹', 'Page before', () => this.turn({ page: Math.max(0, this.page - 1) }), { disabled: this.page === 0 }),
        el('span', { class: 'zg-faint' }, `rows ${count(items.length ? start + 1 : 0)}–${count(Math.min(items.length, start + PAGE_ROWS))} of ${count(items.length)}`),
        button('›', 'Next page', () => this.turn({ page: this.page + 1 }), { disabled: this.page >= pages - 1 })),
      el('div', { class: 'zg-scroll' }, el('table', {},
        el('caption', {}, isEdges ? 'Edges of the graph' : 'Nodes of the graph'),
        el('thead', {}, el('tr', {}, columns.map((column) => this.heading(column)))),
        el('tbody', {}, items.slice(start, start + PAGE_ROWS).map(({ item, row }) => this.row(item, row, columns, isEdges))))));
  }

  heading(column) {
    const here = this.sorted.column === column;
    const turn = () => this.turn({ sorted: { column, down: here ? !this.sorted.down : true }, page: 0 });
    return el('th', { scope: 'col', 'aria-sort': here ? (this.sorted.down ? 'descending' : 'ascending') : null }, button(column, `Sort by ${column}`, turn, { class: 'zg-plain' }));
  }

  row(item, row, columns, isEdges) {
    const act = (event) => {
      if (isEdges) this.acts.chooseEdge(item.id);
      else this.acts.choose(item.id);
      if (!item.bundle) this.acts.drill(isEdges ? null : item, isEdges ? item : null, event);
    };
    return el('tr', { tabindex: 0, onclick: act, onkeydown: (event) => event.key === 'Enter' && act(event) },
      columns.map((column) => el('td', {}, shown(cellText(column, row[column]), 120))));
  }

  turn(change) {
    Object.assign(this, change);
    this.draw();
  }

  sort(items, usual) {
    const column = this.sorted.column || usual;
    const sign = this.sorted.column && !this.sorted.down ? 1 : -1;
    items.sort((a, b) => sign * compare(a.row[column], b.row[column]));
  }
}

function compare(a, b) {
  if (a === b) return 0;
  if (a === null || a === undefined) return -1;
  if (b === null || b === undefined) return 1;
  return a < b ? -1 : 1;
}
