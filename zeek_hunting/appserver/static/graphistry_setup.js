// The page "Graphistry servers": lists, stores and removes profiles by the app's REST endpoint. Everything that is shown is set as
// text, never as markup; a secret is only ever sent, the endpoint gives none back.
(function () {
  'use strict';

  var FIELDS = [
    ['name', 'Name', 'Searches name it with server=. The one called default needs no name.', 'default'],
    ['url', 'Address', 'Where to upload, for example https://hub.graphistry.com. TLS is required.', ''],
    ['client_url', 'Address in links', 'Only when people reach the server under another name.', ''],
    ['login', 'Login', 'What the secret below is.', 'key', ['key', 'password', 'token']],
    ['user', 'User or key id', 'The user of a password, or the id of a personal key.', ''],
    ['secret', 'Secret', 'Password, secret of the personal key, or token. Empty keeps the stored one.', ''],
    ['organization', 'Organization', 'Its short name; empty for the account\'s own.', ''],
    ['ca_file', 'CA file', 'On the search head, for a server with a certificate of your own CA.', ''],
    ['proxy', 'Proxy', 'http://host:port; empty for the one of splunkd\'s environment.', ''],
    ['timeout_s', 'Timeout', 'Seconds to wait for one answer, 1 to 300.', '30']
  ];

  function element(tag, properties, children) {
    var made = document.createElement(tag);
    Object.keys(properties || {}).forEach(function (key) { made[key] = properties[key]; });
    (children || []).forEach(function (child) { made.appendChild(child); });
    return made;
  }

  // What stands before /app/ in the page's address (language, perhaps a root endpoint) is the way to splunkd too.
  function address(query) {
    var root = window.location.pathname.split('/app/')[0];
    return root + '/splunkd/__raw/services/zeek_hunting/graphistry/profiles?output_mode=json' + (query || '');
  }

  function formKey() {
    var found = document.cookie.split(/;\s*/).filter(function (each) { return each.indexOf('splunkweb_csrf_token_') === 0; });
    var own = found.filter(function (each) { return each.indexOf('splunkweb_csrf_token_' + window.location.port + '=') === 0; });
    return ((own[0] || found[0] || '').split('=')[1]) || '';
  }

  function call(method, query, values) {
    var headers = { 'X-Splunk-Form-Key': formKey(), 'X-Requested-With': 'XMLHttpRequest' };
    var options = { method: method, headers: headers, credentials: 'same-origin' };
    if (values) {
      headers['Content-Type'] = 'application/x-www-form-urlencoded';
      options.body = Object.keys(values).map(function (key) {
        return encodeURIComponent(key) + '=' + encodeURIComponent(values[key]);
      }).join('&');
    }
    return fetch(address(query), options).then(function (answer) {
      return answer.text().then(function (text) {
        var content = null;
        try { content = JSON.parse(text); } catch (error) { /* said below: the answer is no JSON */ }
        if (answer.ok && content) { return content; }
        if (content && content.error) { throw new Error(content.error); }
        if (answer.status === 403) {
          throw new Error('You lack the capability zeek_hunting_graphistry_setup; an administrator gives it to a role.');
        }
        throw new Error('Splunk answered with status ' + answer.status + '; reload the page, or see splunkd.log.');
      });
    });
  }

  function Page(place) {
    this.said = element('div', { className: 'said' });
    this.said.setAttribute('role', 'status');
    this.list = element('div');
    this.inputs = {};
    place.textContent = '';
    place.appendChild(this.list);
    place.appendChild(this.form());
    place.appendChild(this.said);
    this.load();
  }

  Page.prototype.say = function (text, failed) {
    this.said.textContent = text;
    this.said.className = failed ? 'said failed' : 'said';
  };

  Page.prototype.form = function () {
    var page = this;
    var rows = FIELDS.map(function (field) {
      var id = 'zeek-graphistry-' + field[0];
      var input;
      if (field[4]) {
        input = element('select', { id: id }, field[4].map(function (word) {
          return element('option', { value: word, textContent: word });
        }));
      } else {
        input = element('input', { id: id, type: field[0] === 'secret' ? 'password' : 'text', autocomplete: 'off' });
        input.setAttribute('autocomplete', field[0] === 'secret' ? 'new-password' : 'off');
      }
      input.value = field[3];
      page.inputs[field[0]] = input;
      var label = element('label', { textContent: field[1] });
      label.setAttribute('for', id);
      return element('div', { className: 'field' }, [label, input, element('small', { textContent: field[2] })]);
    });
    var store = element('button', { type: 'submit', className: 'btn btn-primary', textContent: 'Store' });
    var form = element('form', {}, rows.concat([store]));
    form.addEventListener('submit', function (event) {
      event.preventDefault();
      page.store();
    });
    return form;
  };

  Page.prototype.load = function () {
    var page = this;
    return call('GET').then(function (content) { page.show(content.profiles); }, function (error) {
      page.say(error.message, true);
    });
  };

  Page.prototype.store = function () {
    var page = this;
    var values = {};
    Object.keys(page.inputs).forEach(function (name) { values[name] = page.inputs[name].value; });
    page.inputs.secret.value = '';
    page.say('Storing…');
    call('POST', '', values).then(function (stored) {
      page.say('Stored ' + stored.name + '. Try it: | makeresults | eval src="a", dst="b" | graphistry server=' + stored.name);
      page.load();
    }, function (error) { page.say(error.message, true); });
  };

  Page.prototype.remove = function (name) {
    var page = this;
    if (!window.confirm('Remove ' + name + ' and its secret? Pseudonyms made under its key cannot be had again.')) { return; }
    call('DELETE', '&name=' + encodeURIComponent(name)).then(function (content) {
      page.say('Removed ' + name + '.');
      page.show(content.profiles);
    }, function (error) { page.say(error.message, true); });
  };

  Page.prototype.fill = function (profile) {
    var page = this;
    Object.keys(page.inputs).forEach(function (name) {
      page.inputs[name].value = name === 'secret' ? '' : String(profile[name] === undefined ? '' : profile[name]);
    });
    page.inputs.name.focus();
  };

  Page.prototype.show = function (profiles) {
    var page = this;
    page.list.textContent = '';
    if (!profiles.length) {
      page.list.appendChild(element('p', { textContent: 'No server is stored yet. Fill in the form below.' }));
      return;
    }
    var shown = ['name', 'url', 'login', 'user', 'organization'];
    var head = element('tr', {}, shown.concat(['']).map(function (name) { return element('th', { textContent: name }); }));
    var rows = profiles.map(function (profile) {
      var change = element('button', { type: 'button', className: 'btn', textContent: 'Change' });
      var remove = element('button', { type: 'button', className: 'btn', textContent: 'Remove' });
      change.setAttribute('aria-label', 'Change ' + profile.name);
      remove.setAttribute('aria-label', 'Remove ' + profile.name);
      change.addEventListener('click', function () { page.fill(profile); });
      remove.addEventListener('click', function () { page.remove(profile.name); });
      var cells = shown.map(function (name) { return element('td', { textContent: profile[name] }); });
      return element('tr', {}, cells.concat([element('td', {}, [change, remove])]));
    });
    page.list.appendChild(element('table', {}, [element('thead', {}, [head]), element('tbody', {}, rows)]));
  };

  // A script of a Simple XML page may run before the page's panels are made
  function start() {
    var place = document.getElementById('zeek-graphistry-setup');
    if (!place) { return false; }
    return Boolean(new Page(place));
  }

  if (!start()) {
    var watching = new MutationObserver(function () { if (start()) { watching.disconnect(); } });
    watching.observe(document.documentElement, { childList: true, subtree: true });
  }
}());
