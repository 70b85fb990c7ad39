// Links that the product adds to the library: to a dashboard, to a search. The options are those of Dashboard Studio.

function valueOf(text, payload) {
  if (typeof text !== 'string') return '';
  return Object.prototype.hasOwnProperty.call(payload, text) ? String(payload[text]) : text;
}

function linkTo(url, newTab) {
  return [{ type: 'linkTo', payload: { url, newTab: Boolean(newTab) } }];
}

class LinkToDashboard {
  constructor(options = {}) {
    this.options = options.options ?? options;
  }

  canHandle() {
    return Boolean(this.options.dashboard);
  }

  handle(event) {
    const { app, dashboard, newTab, tokens = [] } = this.options;
    const query = new URLSearchParams();
    tokens.forEach(({ token, value }) => query.set(`form.${token}`, valueOf(value, event?.payload ?? {})));
    const address = `/en-US/app/${encodeURIComponent(app ?? window.zeekHuntingLab.app)}/${encodeURIComponent(dashboard)}`;
    return linkTo(query.size ? `${address}?${query}` : address, newTab);
  }
}

class LinkToSearch {
  constructor(options = {}) {
    this.options = options.options ?? options;
  }

  canHandle() {
    return Boolean(this.options.query);
  }

  handle(event) {
    const query = new URLSearchParams({ q: valueOf(this.options.query, event?.payload ?? {}) });
    return linkTo(`/en-US/app/${encodeURIComponent(window.zeekHuntingLab.app)}/search?${query}`, this.options.newTab);
  }
}

export const LINK_HANDLERS = { 'drilldown.linkToDashboard': LinkToDashboard, 'drilldown.linkToSearch': LinkToSearch };
