// Filters, search, undo, ways: what the viewer does to the graph.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { NO_CHOICES, legend, search, visible } from '../src/filters.js';
import { History } from '../src/history.js';
import { buildModel } from '../src/model.js';
import { pathBetween } from '../src/paths.js';

const NAMES = ['src', 'dst', 'service', 'count', 'first', 'last', 'severity'];
const MODEL = buildModel(NAMES, [
  ['10.0.0.1', '10.0.0.9', 'https', '5', '100', '200', 'high'], ['10.0.0.2', '10.0.0.9', 'dns', '1', '300', '400', ''], ['10.0.0.2', '93.184.216.34', 'tls', '50', '', '', 'low'],
]);
const NODES = [...MODEL.nodes.values()];
const shownBy = (change) => {
  const found = visible(NODES, MODEL.edges, { ...NO_CHOICES, ...change });
  return [found.edges.map((edge) => edge.id), [...found.nodes].sort()];
};
const ALL = ['10.0.0.1', '10.0.0.2', '10.0.0.9', '93.184.216.34'];

const CASES = [
  ['nothing chosen shows all', {}, ['e0', 'e1', 'e2'], ALL],
  ['a service goes by its name in the legend: ssl hides tls and https', { services: ['ssl'] }, ['e1'], ['10.0.0.2', '10.0.0.9']],
  ['a role goes with its edges', { categories: ['external'] }, ['e0', 'e1'], ALL.slice(0, 3)],
  ['least severity', { severity: 3 }, ['e0'], ['10.0.0.1', '10.0.0.9']],
  ['least count', { least: 5 }, ['e0', 'e2'], ALL],
  ['a window keeps what overlaps it, and what has no time', { window: [150, 160] }, ['e0', 'e2'], ALL],
  ['a window between contacts', { window: [210, 290] }, ['e2'], ['10.0.0.2', '93.184.216.34']],
  ['hidden by hand', { hidden: ['10.0.0.9'] }, ['e2'], ['10.0.0.1', '10.0.0.2', '93.184.216.34']],
  ['isolated', { only: ['10.0.0.2', '93.184.216.34'] }, ['e2'], ['10.0.0.2', '93.184.216.34']],
];
for (const [name, change, edges, nodes] of CASES) test(`filter: ${name}`, () => assert.deepEqual(shownBy(change), [edges, nodes]));

test('the legend counts everything whatever is hidden, so that a row can be put back', () => {
  assert.deepEqual(legend(NODES, (node) => node.role, ['client']), [{ name: 'client', count: 2, hidden: true }, { name: 'external', count: 1, hidden: false }, { name: 'server', count: 1, hidden: false }]);
});

test('search puts the equal name first, then the beginning, then the larger hub', () => {
  const nodes = [{ id: 'a', label: '10.0.0.10', degree: 9 }, { id: 'b', label: '10.0.0.1', degree: 1 }, { id: 'c', label: 'x 10.0.0.1', degree: 50 }, { id: 'd', label: '10.0.0.11', degree: 20 }];
  assert.deepEqual(search(nodes, ' 10.0.0.1 '), ['b', 'd', 'a', 'c']);
  assert.deepEqual(search(nodes, '.*'), [], 'the text is no pattern');
  assert.deepEqual(search(nodes, '  '), []);
});

test('undo goes back act by act, passes over what is no act, and ends', () => {
  const history = new History({ picture: 'hubs', labels: 'auto' });
  assert.equal(history.act({ picture: 'intel' }), true);
  assert.equal(history.act({ picture: 'intel' }), false, 'an act that changes nothing cannot be undone');
  history.pass({ labels: 'all' });
  history.act({ picture: 'lateral' });
  assert.equal(history.undo(), true);
  assert.deepEqual([history.state.picture, history.state.labels], ['intel', 'all']);
  history.undo();
  assert.equal(history.state.picture, 'hubs');
  assert.equal(history.undo(), false);
});

const edge = (id, src, dst, first, last = first) => ({ id, src, dst, first, last });
const WAYS = [
  ['hops in order of time', [edge(1, 'a', 'b', 10), edge(2, 'b', 'c', 20)], [1, 2]],
  ['not back in time', [edge(1, 'a', 'b', 20), edge(2, 'b', 'c', 10)], null],
  ['a long session may be joined later', [edge(1, 'a', 'b', 20), edge(2, 'b', 'c', 10, 30)], [1, 2]],
  ['an edge without time serves at any moment', [edge(1, 'a', 'b', 20), edge(2, 'b', 'c', null, null)], [1, 2]],
  ['fewest hops win over the earliest', [edge(1, 'a', 'b', 1), edge(2, 'b', 'c', 2), edge(3, 'a', 'c', 9)], [3]],
  ['a later first hop does not hide the way that must start early', [edge(1, 'a', 'b', 50), edge(2, 'a', 'b', 5), edge(3, 'b', 'c', 10)], [2, 3]],
  ['direction counts', [edge(1, 'b', 'a', 1), edge(2, 'b', 'c', 2)], null],
  ['a circle ends', [edge(1, 'a', 'b', 1), edge(2, 'b', 'a', 2), edge(3, 'b', 'd', 3)], null],
];
for (const [name, edges, expected] of WAYS) {
  test(`way from a to c: ${name}`, () => assert.deepEqual(pathBetween(edges, 'a', 'c')?.map((step) => step.id) ?? null, expected));
}

test('ways of random graphs never go back in time, and are found exactly when brute force finds one', () => {
  let state = 1;
  const next = () => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) / 4294967296;
  const reach = (edges, at, now, seen) => at === 'n0' || edges.some((each) => each.src === at && !seen.has(each) && (each.last >= now) && reach(edges, each.dst, Math.max(now, each.first), new Set([...seen, each])));
  for (let round = 0; round < 150; round += 1) {
    const edges = Array.from({ length: 8 }, (_, at) => {
      const first = Math.floor(next() * 20);
      return edge(at, `n${Math.floor(next() * 5)}`, `n${Math.floor(next() * 5)}`, first, first + Math.floor(next() * 4));
    });
    const way = pathBetween(edges, 'n4', 'n0');
    assert.equal(way !== null, reach(edges, 'n4', -Infinity, new Set()), JSON.stringify(edges));
    let now = -Infinity;
    for (const step of way || []) {
      assert.ok(step.last >= now);
      now = Math.max(now, step.first);
    }
  }
});
