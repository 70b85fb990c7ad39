// Links that the product adds to the library: to a dashboard, to a search. The options are those of Dashboard Studio.

function valueOf(text, payload) {
  if (typeof text !== 'string') return '';
  return Object.prototype.hasOwnProperty.call(payload, text) ? String(payload[text]) : text;
}

// Charts report more than clicks (what is drawn, what the mouse is over); only a click may leave the page, as in the product.
function isClick(event) {
  return Boolean(event?.type?.endsWith('.click'));
}

function linkTo(url, newTab) {
  return [{ type: 'linkTo', payload: { url, newTab: Boolean(newTab) } }];
}

class LinkToDashboard {
  constructor(options = {}) {
    this.options = options.options ?? options;
  }

  canHandle(event) {
    return isClick(event) && Boolean(this.options.dashboard);
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

  canHandle(event) {
    return isClick(event) && Boolean(this.options.query);
  }

  handle(event) {
    const query = new URLSearchParams({ q: valueOf(this.options.query, event?.payload ?? {}) });
    return linkTo(`/en-US/app/${encodeURIComponent(window.zeekHuntingLab.app)}/search?${query}`, this.options.newTab);
  }
}

export const LINK_HANDLERS = { 'drilldown.linkToDashboard': LinkToDashboard, 'drilldown.linkToSearch': LinkToSearch };
