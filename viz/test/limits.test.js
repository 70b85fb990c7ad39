// How much is drawn, how leaves fold, and that every cut is said.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { folded } from '../src/folding.js';
import { bounded, suspicion } from '../src/limits.js';
import { buildModel } from '../src/model.js';
import { prepared } from '../src/pictures.js';
import { FIELDS, office, rowsOf } from '../harness/worlds.js';

const modelOf = (rows, names = ['src', 'dst', 'service', 'count', 'first', 'last', 'severity', 'path_id', 'hop']) => buildModel(names, rows);

test('rows of one pair and service are one edge with sums and the whole span', () => {
  const { edges, notes } = bounded(modelOf([['a', 'b', 'ssl', '2', '10', '20', 'low'], ['a', 'b', 'ssl', '3', '5', '12', 'high'], ['b', 'a', 'ssl', '1', '1', '1']]).edges);
  assert.deepEqual(edges.map((edge) => [edge.src, edge.count, edge.first, edge.last, edge.severity, edge.rows]), [['a', 5, 5, 20, 3, 2], ['b', 1, 1, 1, 0, 1]]);
  assert.deepEqual(notes, []);
});

test('hops of paths are never joined', () => {
  const { edges } = bounded(modelOf([['a', 'b', 'smb', '1', '10', '10', '', 'p', '1'], ['a', 'b', 'smb', '1', '20', '20', '', 'p', '3']]).edges);
  assert.equal(edges.length, 2);
});

test('too many edges are first joined per pair, and the sentence counts both', () => {
  const rows = Array.from({ length: 30 }, (_, at) => [`h${at % 10}`, 'x', `service${at}`, '1']);
  const { edges, notes } = bounded(modelOf(rows).edges, 15);
  assert.equal(edges.length, 10);
  assert.match(notes[0], /30 edges are drawn as 10/);
  assert.equal(edges[0].service, 'several');
});

test('what must be cut is the lightest and never the flagged, and the sentence says how many events go', () => {
  const rows = Array.from({ length: 300 }, (_, at) => [`h${at}`, 'x', 'ssl', String(at + 1), '', '', at === 0 ? 'critical' : '']);
  const { edges, notes } = bounded(modelOf(rows).edges, 100);
  assert.equal(edges.length, 100);
  assert.ok(edges.some((edge) => edge.src === 'h0'), 'the flagged edge has the fewest events and stays');
  assert.match(notes[0], /Only 100 of 300 edges/);
  const out = rows.slice(1, 201).reduce((sum, row) => sum + Number(row[3]), 0);
  assert.ok(notes[0].includes(`${out.toLocaleString('en-US')} events are left out`), notes[0]);
});

test('leaves of one hub and service fold into one node that can be opened, and sums are kept', () => {
  const rows = [...Array.from({ length: 20 }, (_, at) => ['hub', `10.0.0.${at}`, 'ssl', '2']), ['hub', 'other', 'ssl', '1'], ['other', 'third', 'ssl', '1']];
  const model = modelOf(rows);
  const nodes = [...model.nodes.values()];
  const closed = folded(nodes, model.edges, new Set(), new Set());
  const [bundle] = [...closed.bundles.values()];
  assert.equal(bundle.members.length, 20);
  assert.equal(closed.nodes.length, nodes.length - 19);
  assert.equal(closed.edges.find((edge) => edge.dst === bundle.id).count, 40);
  const open = folded(nodes, model.edges, new Set([bundle.id]), new Set());
  assert.equal(open.nodes.length, nodes.length);
  assert.ok(open.bundles.has(bundle.id), 'an opened bundle is still known, so that it can be closed');
});

test('flagged and kept leaves never fold', () => {
  const rows = Array.from({ length: 20 }, (_, at) => ['hub', `10.0.0.${at}`, 'ssl', '2', '', '', at === 3 ? 'high' : '']);
  const model = modelOf([...rows, ['hub', 'x', 'dns', '1'], ['x', 'y', 'dns', '1']]);
  const { nodes } = folded([...model.nodes.values()], model.edges, new Set(), new Set(['10.0.0.5']));
  for (const id of ['10.0.0.3', '10.0.0.5', 'hub']) assert.ok(nodes.some((node) => node.id === id), id);
});

test('folding neither loses nor invents contacts', () => {
  const model = buildModel(FIELDS, rowsOf(office(3000)));
  const sum = (edges) => edges.reduce((total, edge) => total + edge.count, 0);
  const { edges, nodes } = folded([...model.nodes.values()], model.edges, new Set(), new Set(), 3);
  assert.equal(sum(edges), sum(model.edges));
  const ids = new Set(nodes.map((node) => node.id));
  assert.ok(edges.every((edge) => ids.has(edge.src) && ids.has(edge.dst)));
});

test('of many flagged pairs the 30 highest stand out, and how many there are is said', () => {
  const rows = Array.from({ length: 45 }, (_, at) => [`10.0.0.${at}`, '192.0.2.1', String(50 + at)]);
  const model = buildModel(['src', 'dst', 'score'], rows);
  const { edges, nodes, notes } = prepared(model, model.edges, 'anomaly', new Set(), new Set(model.nodes.keys()));
  assert.equal(Math.min(...edges.map(suspicion).filter(Boolean)), 65);
  assert.equal(nodes.filter((node) => node.flagged).length, 31);
  assert.match(notes[0], /^45 pairs are flagged; the 30 highest stand out/);
});
