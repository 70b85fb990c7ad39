// Table -> graph: every dialect of columns, what is hostile, what is missing.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { buildModel } from '../src/model.js';
import { FIELDS, HOSTILE, hostile, rowsOf } from '../harness/worlds.js';

const one = (names, ...rows) => buildModel(names, rows);

const DIALECTS = [
  ['the node and edge table', ['src', 'dst', 'service', 'count'], ['10.0.0.1', '10.0.0.2', 'smb', '7']],
  ['findings', ['src', 'dest', 'protocols', 'events'], ['10.0.0.1', '10.0.0.2', 'smb', '7']],
  ['raw Zeek names', ['id.orig_h', 'id.resp_h', 'service', 'count'], ['10.0.0.1', '10.0.0.2', 'smb', '7']],
  ['Zeek names with underscores', ['id_orig_h', 'id_resp_h', 'proto', 'count'], ['10.0.0.1', '10.0.0.2', 'smb', '7']],
  ["Splunk's Network graph", ['source', 'target', 'service', 'linkValues'], ['10.0.0.1', '10.0.0.2', 'smb', '7']],
  ['the CIM', ['src_ip', 'dest_ip', 'app', 'count'], ['10.0.0.1', '10.0.0.2', 'SMB', '7']],
];
for (const [name, names, row] of DIALECTS) {
  test(`columns of ${name} make the same edge`, () => {
    const model = one(names, row);
    assert.deepEqual(model.edges.map(({ src, dst, service, count }) => [src, dst, service, count]), [['10.0.0.1', '10.0.0.2', 'smb', 7]]);
    assert.deepEqual([...model.nodes.keys()], ['10.0.0.1', '10.0.0.2']);
  });
}

test('the service of zeekbeacon is its name, or port and protocol where Zeek knew none', () => {
  const model = one(['src', 'dest', 'service'], ['a', 'b', ['443/tcp/ssl (143)', '8443/tcp/ssl (3)', '8443/tcp/- (9)']]);
  assert.equal(model.edges[0].service, 'ssl+8443/tcp');
});

test("Splunk's Network graph: type and value of a row belong to its source, not to the edge", () => {
  const model = one(['source', 'target', 'nodeTypes', 'nodeValues'], ['a', 'b', 'Server', '60'], ['b', '', 'user', '7']);
  assert.deepEqual([...model.nodes.values()].map((node) => [node.role, node.score]), [['server', 60], ['user', 7]]);
  assert.equal(model.edges[0].score, null);
});

test("Splunk's Network graph: text, colour and place of a row belong to its source", () => {
  const model = one(['source', 'target', 'nodeText', 'nodeColors', 'xPositions', 'yPositions', 'linkColors'], ['a', 'b', 'Mail', '#F00', '3', '4', 'c0ffee'], ['b', '', 'Web', 'url(x)', '', '', '']);
  assert.equal(model.nodes.get('a').label, 'Mail');
  assert.equal(model.nodes.get('a').colour, '#ff0000');
  assert.deepEqual(model.nodes.get('a').preset, { x: 3, y: 4 });
  assert.equal(model.nodes.get('b').label, 'Web');
  assert.equal(model.nodes.get('b').colour, null, 'what is no colour is none');
  assert.equal(model.edges[0].colour, '#c0ffee');
});

test('node and edge rows are told apart by kind, and entities keep their kind', () => {
  const model = one(['kind', 'id', 'node_kind', 'src', 'dst', 'role'], ['node', 'host::10.0.0.1', 'host', '', '', 'printer'], ['edge', '', '', 'host::10.0.0.1', 'user::eve', '']);
  assert.equal(model.edges.length, 1);
  assert.equal(model.nodes.get('host::10.0.0.1').role, 'printer');
  assert.equal(model.nodes.get('host::10.0.0.1').label, '10.0.0.1');
  assert.equal(model.nodes.get('user::eve').kind, 'user');
});

const ROLES = [
  ['only reaches', '10.0.0.1', 'client'], ['is only reached', '10.0.0.3', 'server'], ['does both', '10.0.0.2', 'both'],
  ['is a public address', '93.184.216.34', 'external'], ['is a public IPv6 address', '2606:2800::1', 'external'], ['is a local IPv6 address', 'fe80::2', 'server'],
  ['is a dotted name', 'www.example.net', 'domain'], ['is a name for local use', 'printer.local', 'server'],
];
for (const [name, id, role] of ROLES) {
  test(`a node that ${name} is ${role} when no column says otherwise`, () => {
    const rows = [['10.0.0.1', '10.0.0.2'], ['10.0.0.2', '10.0.0.3'], ['10.0.0.1', '93.184.216.34'], ['10.0.0.1', '2606:2800::1'], ['10.0.0.1', 'fe80::2'], ['10.0.0.1', 'www.example.net'], ['10.0.0.1', 'printer.local']];
    assert.equal(one(['src', 'dst'], ...rows).nodes.get(id).role, role);
  });
}

test('times are read as epoch seconds or ISO 8601, and unset values are none', () => {
  const model = one(['src', 'dst', 'first', 'last', 'bytes_out'], ['a', 'b', '2026-11-24 10:00:00', '1795000000.5', '-'], ['a', 'c', '2026-11-24T10:00:00+02:00', '', '12'], ['a', 'd', 'yesterday', 'NaN', 'Infinity']);
  assert.deepEqual(model.edges.map((edge) => [edge.first, edge.last, edge.bytesOut]), [[1795514400, 1795000000.5, null], [1795507200, 1795507200, 12], [null, null, null]]);
});

test('multivalue cells are read as lists, from an array or with line ends', () => {
  const model = one(['src', 'dst', 'uid', 'service'], ['a', 'b', ['C1', 'C2', 'C3', 'C4'], 'smb\ndce_rpc']);
  assert.deepEqual(model.edges[0].uids, ['C1', 'C2', 'C3']);
  assert.equal(model.edges[0].service, 'smb+dce_rpc');
});

test('a finding of zeeklateral becomes one edge a hop, with the times of its sentences', () => {
  const story = ['10.0.0.1 reaches 10.0.0.2: 2026-11-24 10:00:00 rdp as eve (C1)', '10.0.0.2 reaches 10.0.0.3: 2026-11-24 10:30:00 smb on ADMIN$ (C2)'];
  const model = one(['hunt', 'src', 'dest', 'score', 'first', 'last', 'path', 'story'], ['x', '10.0.0.1', '10.0.0.3', '80', '1795514400', '1795518000', '10.0.0.1 > 10.0.0.2 > 10.0.0.3', story]);
  assert.deepEqual(model.edges.map((edge) => [edge.src, edge.dst, edge.hop, edge.service, edge.first]), [['10.0.0.1', '10.0.0.2', 1, 'rdp', 1795514400], ['10.0.0.2', '10.0.0.3', 2, 'smb', 1795516200]]);
  assert.equal(new Set(model.edges.map((edge) => edge.pathId)).size, 1);
});

test('hops without a readable sentence are spread over the time of the path', () => {
  const model = one(['path', 'first', 'last'], ['a > b > c', '100', '200']);
  assert.deepEqual(model.edges.map((edge) => edge.first), [100, 150]);
});

test('rows without ends or id are counted, not lost in silence', () => {
  assert.equal(one(['src', 'dst'], ['a', 'b'], ['', ''], ['-', null]).skipped, 2);
});

test('hostile names are nodes like any other, whatever a plain object would make of them', () => {
  const model = buildModel(FIELDS, rowsOf(hostile()));
  assert.equal(model.edges.length, HOSTILE.length);
  for (const name of ['__proto__', 'constructor']) assert.equal(model.nodes.get(name).label, name);
  assert.equal(one(['src', 'dst', 'severity', 'intel'], ['a', 'b', 'constructor', '__proto__']).edges[0].severity, null ?? 0);
});

test('told degrees win over counted ones, since a bounded table shows a part', () => {
  const model = one(['id', 'src', 'dst', 'degree_out', 'degree_in'], ['a', '', '', '412', '3'], ['', 'a', 'b', '', '']);
  assert.equal(model.nodes.get('a').degree, 415);
});

test('rows of zeekgraph: attempts are contacts, the zone decides what is outside, a label hides kind::', () => {
  const model = one(
    ['kind', 'id', 'label', 'node_kind', 'role', 'zone', 'hub_score', 'src', 'dst', 'service', 'count', 'attempts'],
    ['node', 'host::192.0.2.9', '192.0.2.9', 'host', null, 'internal', '77', null, null, null, '0', '4'],
    ['edge', null, null, null, null, null, null, 'host::10.0.0.1', 'host::192.0.2.9', 'tcp/445', '0', '4'],
  );
  const node = model.nodes.get('host::192.0.2.9');
  assert.deepEqual([node.role, node.kind, node.score], ['server', 'host', null], 'a hub score is no suspicion');
  assert.deepEqual([model.edges[0].count, model.edges[0].srcLabel, model.edges[0].dstLabel], [4, '10.0.0.1', '192.0.2.9']);
});
