// The bar over the picture: which picture, search, labels, what can be done, what is filtered.

import { button, el, fill } from './elements.js';
import { PICTURES } from './pictures.js';
import { shown } from './text.js';

export class Toolbar {
  /** acts: {picture, labels, layout, find, choose, fit, undo, table, png, csv, dropFilter}. */
  constructor(acts) {
    this.acts = acts;
    this.pictures = Object.entries(PICTURES).map(([name, { label, question }]) =>
      button(label, question, () => acts.picture(name), { 'data-picture': name, 'aria-pressed': 'false' }));
    this.search = el('input', {
      type: 'search', class: 'zg-search', placeholder: 'Find a host, name or user', 'aria-label': 'Find a node and zoom to it', autocomplete: 'off',
      role: 'combobox', 'aria-expanded': 'false', oninput: () => this.suggest(), onkeydown: (event) => this.searchKey(event),
    });
    this.hits = el('ul', { class: 'zg-hits', role: 'listbox', 'aria-label': 'Found nodes', hidden: true });
    this.labels = el('select', { class: 'zg-select', 'aria-label': 'Labels', title: 'Labels', onchange: () => acts.labels(this.labels.value) },
      el('option', { value: 'auto' }, 'Labels: auto'), el('option', { value: 'all' }, 'Labels: all'), el('option', { value: 'selected' }, 'Labels: selected'));
    this.layout = el('select', { class: 'zg-select', 'aria-label': 'Layout', title: 'Layout', onchange: () => acts.layout(this.layout.value) },
      el('option', { value: 'auto' }, 'Layout: auto'), el('option', { value: 'force' }, 'Layout: force'));
    this.undo = button('Undo', 'Undo the last step (Esc)', acts.undo);
    this.table = button('Table', 'The same rows as a table (t)', acts.table, { 'aria-pressed': 'false' });
    this.link = el('a', { class: 'zg-button', target: '_blank', rel: 'noopener noreferrer', hidden: true }, 'Open in Graphistry');
    this.chips = el('div', { class: 'zg-chips', 'aria-label': 'Active filters', role: 'group' });
    this.element = el('div', { class: 'zg-bar' },
      el('div', { class: 'zg-group', role: 'group', 'aria-label': 'Picture' }, this.pictures),
      el('div', { class: 'zg-find' }, this.search, this.hits),
      this.labels, this.layout,
      el('div', { class: 'zg-group' }, button('Fit', 'Show everything (f)', acts.fit), this.undo, this.table),
      el('div', { class: 'zg-group' }, button('PNG', 'Save the picture as PNG', acts.png), button('CSV', 'Save the selected, or all visible, edges as CSV', acts.csv)),
      this.link, this.chips);
  }

  show(state, undoable, url) {
    for (const each of this.pictures) each.setAttribute('aria-pressed', String(each.dataset.picture === state.picture));
    this.labels.value = state.labels;
    this.layout.value = state.layout;
    this.layout.hidden = state.picture !== 'hubs';
    this.undo.disabled = !undoable;
    this.table.setAttribute('aria-pressed', String(state.table));
    this.link.hidden = !url;
    if (url) {
      this.link.href = url.href;
      this.link.textContent = `Open in Graphistry (${shown(url.host, 40)})`;
    }
    this.showChips(state);
  }

  showChips(state) {
    const { choices } = state;
    const chip = (text, change) => button(`${text} ×`, `Remove this filter: ${text}`, () => this.acts.dropFilter(change), { class: 'zg-chip' });
    const chips = [];
    for (const [key, word] of [['services', 'no'], ['categories', 'no'], ['intel', 'intel not']]) {
      for (const name of choices[key]) chips.push(chip(`${word} ${shown(name, 30)}`, { [key]: choices[key].filter((each) => each !== name) }));
    }
    if (choices.severity) chips.push(chip(`severity ≥ ${choices.severity}`, { severity: 0 }));
    if (choices.least > 1) chips.push(chip(`count ≥ ${choices.least}`, { least: 1 }));
    if (choices.window) chips.push(chip('time window', { window: null }));
    if (choices.only) chips.push(chip(`isolated: ${choices.only.length} nodes`, { only: null }));
    if (choices.hidden.length) chips.push(chip(`${choices.hidden.length} hidden by hand`, { hidden: [] }));
    fill(this.chips, chips);
  }

  suggest() {
    const found = this.acts.find(this.search.value);
    fill(this.hits, found.slice(0, 8).map((node, at) =>
      el('li', { role: 'option', 'aria-selected': String(at === 0), onmousedown: (event) => (event.preventDefault(), this.take(node.id)) },
        shown(node.label, 60), el('small', {}, ` ${node.role || node.kind}, ${node.degree} peers`))));
    if (this.search.value.trim() && !found.length) fill(this.hits, el('li', { class: 'zg-none' }, 'No node has this in its name.'));
    this.hits.hidden = !this.search.value.trim();
    this.search.setAttribute('aria-expanded', String(!this.hits.hidden));
    this.found = found;
  }

  searchKey(event) {
    if (event.key === 'Enter') {
      this.suggest();
      if (this.found.length) this.take(this.found[0].id);
      event.preventDefault();
    } else if (event.key === 'Escape') {
      this.search.value = '';
      this.hits.hidden = true;
      event.stopPropagation();
    } else event.stopPropagation(); // letters typed here are no shortcuts
  }

  take(id) {
    this.hits.hidden = true;
    this.acts.choose(id);
  }
}
