// What the bundle sees of Splunk Web, and no more: an AMD `define` that knows the two modules of api/, and a double of the base class
// that records what the visualization asks for. Splunk's own code is not used.

window.harness = { classes: [], mounted: [] };

window.define = function define(needs, make) {
  const modules = { 'api/SplunkVisualizationBase': SplunkVisualizationBase, 'api/SplunkVisualizationUtils': SplunkVisualizationUtils };
  window.harness.classes.push(make(...needs.map((name) => {
    if (!modules[name]) throw new Error(`the bundle needs ${name}, which the harness does not know`);
    return modules[name];
  })));
};
window.define.amd = {};

const SplunkVisualizationUtils = { getCurrentTheme: () => window.harness.theme || 'dark', getColorPalette: () => [], escapeHtml: (text) => text, makeSafeUrl: (text) => text };

function SplunkVisualizationBase(el, config) {
  this.el = el;
  this.config = config;
  this.drilled = [];
  this.asked = [];
  this.initialize();
}
Object.assign(SplunkVisualizationBase, { ROW_MAJOR_OUTPUT_MODE: 'json_rows', COLUMN_MAJOR_OUTPUT_MODE: 'json_cols', RAW_OUTPUT_MODE: 'json', FIELD_VALUE_DRILLDOWN: 'fieldvalue' });
SplunkVisualizationBase.VisualizationError = class VisualizationError extends Error {};
SplunkVisualizationBase.prototype = {
  initialize() {},
  drilldown(payload, event) {
    this.drilled.push({ ...payload, hasEvent: Boolean(event) });
  },
  updateDataParams(params) {
    this.asked.push(params);
  },
  remove() {
    this.el.replaceChildren();
  },
};
SplunkVisualizationBase.extend = function extend(methods) {
  const Parent = this;
  function Child(...given) {
    Parent.apply(this, given);
  }
  Child.prototype = Object.assign(Object.create(Parent.prototype), methods);
  Child.prototype.constructor = Child;
  Child.extend = Parent.extend;
  return Child;
};

/** A panel: what Splunk Web does with a visualization, in its order. give(data) formats and draws; errors land in .error. */
window.harness.mount = function mount(el, config = {}) {
  const viz = new window.harness.classes[0](el, config);
  const panel = {
    viz,
    el,
    config,
    error: null,
    params: viz.getInitialDataParams(),
    give(data) {
      panel.data = data;
      try {
        const formatted = viz.formatData(data, panel.config);
        if (formatted) viz.updateView(formatted, panel.config);
      } catch (error) {
        if (!(error instanceof SplunkVisualizationBase.VisualizationError)) throw error;
        panel.error = error.message;
      }
    },
    set(more) {
      Object.assign(panel.config, more);
      panel.give(panel.data);
    },
  };
  window.harness.mounted.push(panel);
  return panel;
};
