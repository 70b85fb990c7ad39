// The classic custom visualization: Splunk's base class on one side, GraphView on the other. Called with the two modules of
// Splunk Web's `api/`; returns the class that Splunk instantiates once per panel.

import { Chunks, CHUNK_ROWS, MOST_ROWS } from './chunks.js';
import { columnsOf } from './fields.js';
import { count } from './text.js';
import { GraphView } from './view.js';

const NAMESPACE = 'display.visualizations.custom.zeek_hunting.zeek_graph.';
const CHOICES = { picture: ['auto', 'hubs', 'anomaly', 'lateral', 'intel'], labels: ['auto', 'all', 'selected'], theme: ['auto', 'dark', 'light'], webgl: ['auto', 'on', 'off'] };

export function makeVisualization(Base, Utils) {
  return Base.extend({
    initialize() {
      this.zeek = { chunks: new Chunks() }; // one name of ours: Splunk's class has its own beside it
      this.el.classList.add('zeek-graph');
    },

    getInitialDataParams() {
      return { outputMode: Base.ROW_MAJOR_OUTPUT_MODE, count: CHUNK_ROWS, offset: 0 };
    },

    /** One answer of the search. Splunk formats the same answer again when an option changes: it is taken once. */
    formatData(data) {
      if (!data || !data.fields) return false;
      if (data === this.zeek.answered) return this.zeek.formatted;
      this.zeek.answered = data;
      if (!data.fields.length && !(data.rows || []).length && this.zeek.chunks.offset === 0) return (this.zeek.formatted = false);
      const running = Boolean(data.meta && data.meta.done === false);
      const next = this.zeek.chunks.take(data);
      const columns = columnsOf(this.zeek.chunks.fields);
      const usable = (columns.src.length && columns.dst.length) || columns.id.length || columns.path.length;
      if (!usable && this.zeek.chunks.rows.length) {
        throw new Base.VisualizationError('No column names a source and a destination. Pipe into zeekgraph, or rename yours: | rename yours AS src, theirs AS dst');
      }
      this.zeek.formatted = { fields: this.zeek.chunks.fields, rows: this.zeek.chunks.rows, next, running, cut: this.zeek.chunks.cut };
      return this.zeek.formatted;
    },

    updateView(found, config) {
      if (!found) return;
      this.ensureView(config);
      if (found !== this.zeek.drawn && found.next !== 0) {
        this.zeek.view.setTable(found.fields, found.rows, notesOf(found));
        this.zeek.drawn = found;
      }
      if (found.next !== null && found !== this.zeek.asked) {
        this.zeek.asked = found;
        this.updateDataParams({ count: CHUNK_ROWS, offset: found.next });
      }
    },

    ensureView(config) {
      const options = optionsOf(config, Utils);
      const key = JSON.stringify(options);
      if (this.zeek.view && key === this.zeek.optionKey) return;
      this.zeek.view?.kill();
      this.zeek.optionKey = key;
      this.zeek.drawn = null;
      this.zeek.root = this.zeek.root || this.el.appendChild(document.createElement('div'));
      this.zeek.view = new GraphView(this.zeek.root, options, (fields, span, event) => this.hand(fields, span, event));
    },

    hand(fields, span, event) {
      const payload = { action: Base.FIELD_VALUE_DRILLDOWN, data: fields };
      if (span.first !== null && span.first !== undefined) {
        payload.earliest = Math.floor(span.first);
        payload.latest = Math.ceil(span.last ?? span.first) + 1;
      }
      this.drilldown(payload, event);
    },

    reflow() {
      this.zeek.view?.resize();
    },

    remove() {
      this.zeek.view?.kill();
      this.zeek.view = null;
      Base.prototype.remove?.call(this);
    },
  });
}

function notesOf(found) {
  const notes = [];
  if (found.running) notes.push('The search is still running: this is what it has found so far.');
  else if (found.next !== null) notes.push(`${count(found.rows.length)} rows so far; more are being fetched.`);
  if (found.cut) notes.push(`Only the first ${count(MOST_ROWS)} rows are read. Let zeekgraph bound them: max_edges=10000`);
  return notes;
}

/** The panel's options. Splunk gives them under the full name, dashboards may give the short one, none until Format was opened. */
function optionsOf(config, Utils) {
  const read = (name) => (config || {})[NAMESPACE + name] ?? (config || {})[name];
  const one = (name) => (CHOICES[name].includes(read(name)) ? read(name) : CHOICES[name][0]);
  const theme = one('theme') === 'auto' ? (Utils.getCurrentTheme?.() === 'dark' ? 'dark' : 'light') : one('theme');
  const edges = Math.max(100, Math.min(MOST_ROWS, Math.floor(Number(read('edges'))) || 10000));
  return { theme, picture: one('picture'), labels: one('labels'), edges, webgl: one('webgl') };
}
