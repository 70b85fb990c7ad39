// The visualization without Splunk: takes a table, keeps the viewer's state, and keeps picture, legend, details, table and time bar
// in step with it. Every act goes through `act` and can be undone.

import { firstPlaces, forceOrder, isForced } from './arrangement.js';
import { Details } from './details.js';
import { button, el, fill } from './elements.js';
import { NO_CHOICES, search, visible } from './filters.js';
import { headline } from './headline.js';
import { History } from './history.js';
import { LayoutLink } from './layout_link.js';
import { Legend } from './legend.js';
import { INSTANT_EDGES, bounded } from './limits.js';
import { buildModel } from './model.js';
import { pathBetween } from './paths.js';
import { pictureFor, prepared } from './pictures.js';
import { drilldownFields, edgeFields, nodeFields } from './rows_of.js';
import { edgesCsv, save } from './save.js';
import { boxOf, sceneOf } from './scene.js';
import { Stage } from './stage.js';
import { TableView } from './table_view.js';
import { count, safeUrl } from './text.js';
import { TimeBar } from './time_bar.js';
import { Toolbar } from './toolbar.js';
import { Tooltip } from './tooltip.js';

const FRESH = { picture: 'hubs', layout: 'auto', labels: 'auto', choices: NO_CHOICES, selected: [], edge: null, pinned: [], opened: [], pathFrom: null, way: null, pathNote: '', table: false };

export class GraphView {
  /** options: {theme, picture, labels, edges (most drawn), webgl}. onDrill(fields, span, event) hands a node or an edge on. */
  constructor(root, options, onDrill) {
    this.root = root;
    this.options = { theme: 'dark', picture: 'auto', labels: 'auto', edges: 10000, ...options };
    this.onDrill = onDrill;
    this.reduced = window.matchMedia?.('(prefers-reduced-motion: reduce)').matches ?? false;
    this.history = new History({ ...FRESH, labels: this.options.labels });
    this.layout = new LayoutLink((found) => this.placed(found));
    this.kept = { hubs: new Map(), anomaly: new Map(), intel: new Map() };
    this.notes = { data: [], drawing: [], picture: [] };
    this.model = null;
    this.build();
  }

  build() {
    const { theme } = this.options;
    this.toolbar = new Toolbar(this.toolbarActs());
    this.stage = new Stage(this.stageActs(), theme, this.options);
    this.legend = new Legend({
      toggle: (key, name) => this.toggle(key, name), choose: (id) => this.choose(id), chooseEdge: (id) => this.chooseEdge(id),
      choices: (change) => this.choices(change),
    });
    this.details = new Details(this.detailActs());
    this.table = new TableView({ choose: (id) => this.act({ selected: [id], edge: null }), chooseEdge: (id) => this.act({ edge: id, selected: [] }), drill: (node, edge, event) => this.drill(node, edge, event) });
    this.time = new TimeBar({ window: (window_, over) => this.timeWindow(window_, over) }, theme, this.reduced);
    this.tooltip = new Tooltip();
    this.says = el('p', { class: 'zg-headline' });
    this.noted = el('div', { class: 'zg-notes', role: 'status' });
    this.side = el('aside', { class: 'zg-side' }, this.details.element, this.legend.element);
    this.stage.element.append(this.tooltip.element);
    fill(this.root, this.toolbar.element, this.says, this.noted,
      el('div', { class: 'zg-main' }, this.stage.element, this.table.element, this.side), this.time.element);
    this.root.classList.add('zg');
    this.root.dataset.theme = theme;
    this.root.tabIndex = -1;
    this.onKey = (event) => this.key(event);
    this.root.addEventListener('keydown', this.onKey);
    this.stage.start();
    this.watching = new ResizeObserver(() => this.resize()); // the notes above the picture change its height
    this.watching.observe(this.stage.element);
  }

  get state() {
    return this.history.state;
  }

  /** A new table. The viewer's choices and the places of nodes stay. */
  setTable(names, rows, notes = []) {
    this.model = buildModel(names, rows);
    const limited = bounded(this.model.edges, this.options.edges);
    this.edges = limited.edges;
    this.notes.data = [...notes, ...limited.notes];
    if (this.model.skipped) this.notes.data.push(`${count(this.model.skipped)} of ${count(rows.length)} rows have neither an id nor a source and destination; they are not drawn.`);
    this.url = safeUrl(this.model.url);
    if (this.model.url && !this.url) this.notes.data.push('The address in graphistry_url is not a plain https address; no link is offered.');
    if (!this.chosen) this.history.pass({ picture: this.options.picture === 'auto' ? pictureFor(this.model) : this.options.picture });
    this.rebase();
  }

  act(change) {
    const before = this.state;
    if (this.history.act(change)) this.changed(before);
  }

  undo() {
    const before = this.state;
    if (this.history.undo()) this.changed(before);
  }

  changed(before) {
    if (!this.model) return;
    const { state } = this;
    const same = (key) => JSON.stringify(before[key]) === JSON.stringify(state[key]);
    if (!same('picture') || !same('opened') || !same('layout')) this.rebase(!same('picture'));
    else if (!same('choices') || !same('pinned')) this.redraw();
    else this.reflect();
  }

  /** The picture's own graph, its places, then the drawing. */
  rebase(home = false) {
    const { picture, opened, pinned, layout } = this.state;
    this.base = prepared(this.model, this.edges, picture, new Set(opened), new Set(pinned.map(([id]) => id)));
    this.notes.picture = this.base.notes;
    this.byId = new Map(this.base.nodes.map((node) => [node.id, node]));
    this.layout.cancel();
    if (picture !== 'lateral') {
      const kept = this.kept[picture];
      this.places = firstPlaces(this.base.nodes, this.base.edges, layout === 'force' && kept.forced !== layout ? new Map() : kept);
      this.kept[picture] = Object.assign(this.places, { forced: layout });
      this.box = boxOf(this.places.values());
      if (isForced(picture, layout)) {
        this.root.dataset.layout = 'running';
        const progress = !this.reduced && this.base.edges.length <= INSTANT_EDGES;
        this.layout.run(forceOrder(this.base.nodes, this.base.edges, this.places, picture, new Map(pinned), progress));
      } else this.root.dataset.layout = 'done';
    } else this.root.dataset.layout = 'done';
    this.redraw();
    if (home) this.stage.drawing.home(false);
  }

  placed({ x, y, done }) {
    this.base.nodes.forEach((node, at) => this.places.set(node.id, { x: x[at], y: y[at] }));
    this.box = boxOf(this.places.values());
    this.redraw();
    if (done) this.root.dataset.layout = 'done';
  }

  redraw() {
    const { state } = this;
    const pinned = new Map(state.pinned);
    const places = new Map([...(this.places || []), ...pinned]);
    const nodes = this.base.nodes.map((node) => (pinned.has(node.id) ? { ...node, pinned: true } : node));
    const found = visible(nodes, this.base.edges, state.choices);
    this.shown = { nodes: nodes.filter((node) => found.nodes.has(node.id)), edges: found.edges };
    const size = { width: Math.max(200, this.stage.element.clientWidth), height: Math.max(150, this.stage.element.clientHeight) };
    this.scene = sceneOf(this.shown.nodes, this.shown.edges, places, { picture: state.picture, theme: this.options.theme, box: this.box, ...size });
    this.stage.show(this.scene);
    this.reflect();
  }

  /** Everything around the picture, in step with the state. */
  reflect() {
    const { state } = this;
    this.toolbar.show(state, this.history.past.length > 0, this.url);
    this.legend.show(this.base, state);
    this.details.show(this.selection(), state, this.model.names);
    this.table.element.hidden = !state.table;
    this.stage.element.hidden = state.table;
    if (state.table) this.table.show(this.shown.nodes, this.shown.edges);
    if (!this.time.timer) this.time.show(this.base.edges, state.choices.window);
    this.says.textContent = headline(state.picture, this.shown.nodes, this.shown.edges);
    this.stage.element.setAttribute('aria-label', `${this.says.textContent} ${count(this.shown.nodes.length)} nodes, ${count(this.shown.edges.length)} edges. The Table button shows the same rows as a table.`);
    this.showNotes();
    this.stage.emphasise({ labels: state.labels, selected: new Set(state.selected), edge: state.edge, way: state.way });
    this.root.dataset.nodes = this.shown.nodes.length;
    this.root.dataset.edges = this.shown.edges.length;
  }

  showNotes() {
    const lanes = this.scene?.lanes;
    const cut = lanes?.hosts ? [`${count(lanes.hosts)} hosts and their sessions do not fit: 60 lanes are drawn, hosts of paths first.`] : [];
    const flat = this.stage.drawing?.left ? [`${count(this.stage.drawing.left)} edges do not fit this drawing; the table holds all.`] : [];
    const note = this.state.pathNote ? [this.state.pathNote] : [];
    fill(this.noted, [...note, ...this.notes.drawing, ...flat, ...this.notes.data, ...this.notes.picture, ...cut].map((text) => el('p', {}, text)),
      this.notes.lost ? button('Try WebGL again', 'Start the faster drawing again', () => this.retry()) : null);
  }

  selection() {
    const { state } = this;
    const nodes = state.selected.map((id) => this.byId.get(id)).filter(Boolean);
    const edge = state.edge ? this.base.edges.find((each) => each.id === state.edge) : null;
    if (nodes.length !== 1) return { nodes, edge, peers: [] };
    const { id } = nodes[0];
    const peers = this.base.edges.filter((each) => each.src === id || each.dst === id)
      .map((each) => ({ node: this.byId.get(each.src === id ? each.dst : each.src), edge: each, out: each.src === id }))
      .sort((a, b) => b.edge.count - a.edge.count);
    return { nodes, edge, peers };
  }

  toolbarActs() {
    return {
      picture: (picture) => ((this.chosen = true), this.act({ picture, selected: [], edge: null, way: null, pathNote: '', choices: { ...this.state.choices, only: null } })),
      labels: (labels) => this.act({ labels }),
      layout: (layout) => this.act({ layout }),
      find: (text) => (this.model ? search([...this.model.nodes.values()], text).map((id) => this.model.nodes.get(id)) : []),
      choose: (id) => this.choose(id),
      fit: () => this.stage.drawing.home(!this.reduced),
      undo: () => this.undo(),
      table: () => this.act({ table: !this.state.table }),
      png: () => this.stage.picture().toBlob((blob) => save(blob, 'zeek_graph.png')),
      csv: () => save(new Blob([edgesCsv(this.exported())], { type: 'text/csv' }), 'zeek_graph.csv'),
      dropFilter: (change) => this.choices(change),
    };
  }

  /** Edges of the selection, or all that are visible. Folded leaves are written one by one. */
  exported() {
    const ids = new Set(this.state.selected);
    const shown = new Set(this.shown.nodes.flatMap((node) => (node.bundle ? node.members : [node.id])));
    const all = visible([...this.model.nodes.values()].filter((node) => shown.has(node.id)), this.edges, { ...this.state.choices, only: null });
    if (this.state.edge) return this.shown.edges.filter((edge) => edge.id === this.state.edge);
    return ids.size ? all.edges.filter((edge) => ids.has(edge.src) || ids.has(edge.dst)) : all.edges;
  }

  stageActs() {
    return {
      hover: (node, edge, x, y) => this.tooltip.show(node, edge, x, y, this.stage.element),
      click: (node, edge, event) => this.clicked(node, edge, event),
      double: (node) => node && this.unfold(node.ref),
      pin: (id, place) => this.act({ pinned: [...this.state.pinned.filter(([other]) => other !== id), [id, place]] }),
      drawing: (kind, why) => this.drawnBy(kind, why),
    };
  }

  drawnBy(kind, why) {
    this.root.dataset.drawing = kind;
    this.root.dataset.software = String(this.stage.software);
    this.notes.lost = kind === 'canvas' && why.startsWith('The graphics');
    this.notes.drawing = kind === 'canvas' && why ? [`${why}: drawn without it.`] : [];
    if (this.base) this.showNotes();
  }

  retry() {
    this.stage.kill();
    this.stage.host.replaceChildren();
    this.stage.start();
    this.redraw();
  }

  detailActs() {
    return {
      choose: (id) => this.choose(id),
      zoom: (ids) => this.zoom(ids),
      pin: (id) => this.togglePin(id),
      only: (ids) => this.choices({ only: this.withPeers(ids) }),
      hide: (ids) => this.act({ selected: [], choices: { ...this.state.choices, hidden: [...this.state.choices.hidden, ...ids] } }),
      open: (id) => this.unfold(id),
      path: (from, to) => this.findPath(from, to),
      pathFrom: (id) => this.act({ pathFrom: this.state.pathFrom === id ? null : id, pathNote: this.state.pathFrom === id ? '' : 'Path mode: choose the other end of the way, by a click or by its name.' }),
      drill: (node, edge, event) => this.drill(node, edge, event),
    };
  }

  withPeers(ids) {
    const wanted = new Set(ids);
    for (const edge of this.base.edges) {
      if (ids.includes(edge.src)) wanted.add(edge.dst);
      if (ids.includes(edge.dst)) wanted.add(edge.src);
    }
    return [...wanted];
  }

  clicked(node, edge, event) {
    const { state } = this;
    if (node && state.pathFrom && node.ref !== state.pathFrom) {
      this.findPath(state.pathFrom, node.ref);
    } else if (node && event?.shiftKey) {
      const rest = state.selected.filter((id) => id !== node.ref);
      this.act({ selected: rest.length < state.selected.length ? rest : [...rest, node.ref], edge: null, way: null });
    } else if (node) {
      this.act({ selected: [node.ref], edge: null, way: null, pathNote: '' });
      if (!node.node.bundle) this.drill(node.node, null, event);
    } else if (edge) {
      this.act({ selected: [], edge: edge.id, way: null, pathNote: '' });
      this.drill(null, edge.edge, event);
    } else this.act({ selected: [], edge: null, way: null, pathFrom: null, pathNote: '' });
  }

  findPath(from, to) {
    const way = pathBetween(this.shown.edges, from, to);
    const [start, end] = [from, to].map((id) => this.byId.get(id)?.label ?? id);
    const note = way ? `${start} reaches ${end} in ${count(way.length)} steps that never go back in time.` : `No way from ${start} to ${end} that time allows, over what is visible, in 12 steps.`;
    this.act({ way: way ? way.map((edge) => edge.id) : null, selected: [from, to], edge: null, pathFrom: null, pathNote: note });
    this.zoom([from, to, ...(way || []).map((edge) => edge.dst)]);
  }

  /** Select a node wherever it is: out of a bundle, out of a filter; and bring it into view. */
  choose(id) {
    const { pathFrom } = this.state;
    if (pathFrom && pathFrom !== id && this.byId.has(id)) {
      this.findPath(pathFrom, id);
      return;
    }
    let change = { selected: [id], edge: null, way: null };
    if (!this.byId.has(id)) {
      const bundle = [...this.base.bundles.values()].find((each) => each.members.includes(id));
      if (bundle) change = { ...change, opened: [...this.state.opened, bundle.id] };
      else change = { ...change, picture: 'hubs' };
    }
    this.act(change);
    if (!this.shown.nodes.some((node) => node.id === id)) this.act({ choices: NO_CHOICES });
    this.zoom([id]);
  }

  chooseEdge(id) {
    this.act({ edge: id, selected: [], way: null });
    const edge = this.base.edges.find((each) => each.id === id);
    if (edge) this.zoom([edge.src, edge.dst]);
  }

  zoom(ids) {
    const places = this.scene.nodes.filter((node) => ids.includes(node.ref));
    if (places.length) this.stage.drawing.focus(this.scene.lanes ? places : this.around(places), !this.reduced);
  }

  /** A lone node is shown with its peers, as far as they are near. */
  around(places) {
    if (places.length > 1) return places;
    const near = this.withPeers([places[0].ref]);
    const peers = this.scene.nodes.filter((node) => near.includes(node.ref));
    return peers.length > 1 && peers.length <= 40 ? peers : places;
  }

  unfold(id) {
    const { opened } = this.state;
    if (this.base.bundles.has(id) && !opened.includes(id)) this.act({ opened: [...opened, id], selected: [] });
    else {
      const own = [...this.base.bundles.values()].filter((bundle) => bundle.hub === id);
      const open = own.filter((bundle) => opened.includes(bundle.id)).map((bundle) => bundle.id);
      if (!own.length) this.zoom([id]);
      else this.act({ opened: open.length ? opened.filter((each) => !open.includes(each)) : [...opened, ...own.map((bundle) => bundle.id)] });
    }
  }

  togglePin(id) {
    const rest = this.state.pinned.filter(([other]) => other !== id);
    const at = this.scene.nodes.find((node) => node.ref === id);
    const free = rest.length === this.state.pinned.length && at;
    this.act({ pinned: free ? [...rest, [id, { x: at.x, y: at.y }]] : rest });
  }

  toggle(key, name) {
    const now = this.state.choices[key];
    this.choices({ [key]: now.includes(name) ? now.filter((each) => each !== name) : [...now, name] });
  }

  choices(change) {
    this.act({ choices: { ...this.state.choices, ...change } });
  }

  timeWindow(window_, over) {
    if (!this.model) return;
    const choices = { ...this.state.choices, window: window_ };
    if (over) this.act({ choices });
    else {
      this.history.pass({ choices });
      if (!this.waiting) this.waiting = requestAnimationFrame(() => ((this.waiting = null), this.redraw()));
    }
  }

  drill(node, edge, event) {
    const item = node || edge;
    const fields = drilldownFields(this.model.names, edge && (edge.rows > 1 || edge.folded) ? null : item.row, node ? nodeFields(node) : edgeFields(edge));
    this.onDrill(fields, { first: item.first, last: item.last }, event);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const acts = {
      Escape: () => this.undo(), '/': () => this.toolbar.search.focus(), t: () => this.act({ table: !this.state.table }),
      f: () => this.stage.drawing.home(false), '+': () => this.stage.drawing.zoom(0.75), '-': () => this.stage.drawing.zoom(1.33),
    };
    if (!acts[event.key] || !this.model || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
    event.preventDefault();
    acts[event.key]();
  }

  resize() {
    const size = `${this.stage.element.clientWidth} ${this.stage.element.clientHeight}`;
    if (size === this.size || this.stage.element.hidden || !this.stage.drawing) return;
    this.size = size;
    this.stage.resize();
    if (this.base) this.redraw();
  }

  kill() {
    this.root.removeEventListener('keydown', this.onKey);
    this.watching.disconnect();
    this.layout.cancel();
    this.time.stop();
    this.stage.kill();
    fill(this.root);
  }
}
