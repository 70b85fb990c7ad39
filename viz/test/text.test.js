// What leaves the graph as text: on the page, in files, in addresses.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Chunks } from '../src/chunks.js';
import { GLYPH_NAMES } from '../src/glyphs.js';
import { glyphOf } from '../src/encodings.js';
import { fitting } from '../src/labels.js';
import { CATEGORIES } from '../src/palette.js';
import { edgeAt, nodeAt } from '../src/picking.js';
import { drilldownFields } from '../src/rows_of.js';
import { csv, csvCell, safeUrl, shown } from '../src/text.js';
import { histogram, ticks } from '../src/time_axis.js';

const UNSEEN = [['a right-to-left override', '\u202eexe.doc', '\\u{202e}exe.doc'], ['a null', 'a\u0000b', 'a\\u{0}b'], ['a zero-width joiner', 'pay\u200dpal', 'pay\\u{200d}pal'], ['a line end', 'a\nb', 'a\\u{a}b'], ['markup', '<b>', '<b>'], ['nothing', null, '']];
for (const [name, value, expected] of UNSEEN) test(`shown: ${name}`, () => assert.equal(shown(value), expected));
test('shown: a long value is cut and says so', () => assert.match(shown('a'.repeat(5000), 20), /^a{19}…$/));

const CELLS = [['=1+1', "'=1+1"], ['@SUM(A1)', "'@SUM(A1)"], ['-cmd', "'-cmd"], ['+x', "'+x"], ['\tx', "'\tx"], ['-5', '-5'], ['+1.5e3', '+1.5e3'], ['a,b', '"a,b"'], ['a"b', '"a""b"'], ['=a,"b', `"'=a,""b"`], [null, ''], [['a', 'b'], '"a\nb"']];
for (const [value, expected] of CELLS) test(`CSV cell of ${JSON.stringify(value)}`, () => assert.equal(csvCell(value), expected));
test('a CSV file ends its rows as RFC 4180 says', () => assert.equal(csv(['a', 'b'], [[1, null]]), 'a,b\r\n1,\r\n'));

const ADDRESSES = [['https://hub.graphistry.com/graph/graph.html?dataset=x', true], ['http://hub.graphistry.com/', false], ['javascript:alert(1)', false], ['https://user:pass@x.example/', false], ['//x.example', false], ['data:text/html,x', false], ['', false], [null, false], [`https://x.example/${'a'.repeat(5000)}`, false], [' https://x.example/ ', true]];
for (const [text, good] of ADDRESSES) test(`address ${String(text).slice(0, 40)} is ${good ? '' : 'not '}offered`, () => assert.equal(safeUrl(text) !== null, good));

const answer = (rows, from, upto, done = true) => ({ fields: [{ name: 'src' }], rows: rows.slice(from, upto), meta: { done } });
const ROWS = Array.from({ length: 25 }, (_, at) => [String(at)]);
test('pieces are asked for until a short one comes, and every row is there once', () => {
  const chunks = new Chunks(10, 100);
  assert.equal(chunks.take(answer(ROWS, 0, 10)), 10);
  assert.equal(chunks.take(answer(ROWS, 10, 20)), 20);
  assert.equal(chunks.take(answer(ROWS, 20, 25)), null);
  assert.deepEqual([chunks.rows, chunks.cut], [ROWS, false]);
});
test('a preview is replaced, not added to, and asks for nothing', () => {
  const chunks = new Chunks(10, 100);
  assert.equal(chunks.take(answer(ROWS, 0, 10, false)), null);
  assert.equal(chunks.take(answer(ROWS, 3, 9, true)), null);
  assert.deepEqual(chunks.rows, ROWS.slice(3, 9));
});
test('when the last piece is empty the rows are complete', () => {
  const chunks = new Chunks(10, 100);
  chunks.take(answer(ROWS, 0, 10));
  assert.equal(chunks.take({ fields: [], rows: [] }), null);
  assert.equal(chunks.rows.length, 10);
});
test('another search after pieces were read starts again from the first row', () => {
  const chunks = new Chunks(10, 100);
  chunks.take(answer(ROWS, 0, 10));
  chunks.take(answer(ROWS, 10, 15));
  assert.equal(chunks.take(answer(ROWS, 0, 4)), 0, 'its first rows were skipped: ask from the start');
  assert.equal(chunks.take(answer(ROWS, 0, 7)), null);
  assert.equal(chunks.rows.length, 7);
});
test('the most rows end the reading, and that is said', () => {
  const chunks = new Chunks(10, 20);
  chunks.take(answer(ROWS, 0, 10));
  assert.equal(chunks.take(answer(ROWS, 10, 20)), null);
  assert.equal(chunks.cut, true);
});

test('a drilldown carries every column of the row and what was computed', () => {
  assert.deepEqual(drilldownFields(['src', 'mine', 'list', 'none'], ['a', '7', ['x', 'y'], ''], { src: 'other', count: 3, hop: null }), { src: 'a', count: '3', mine: '7', list: 'x\ny' });
});

test('every category has a colour and a shape of its own kind', () => {
  for (const name of Object.keys(CATEGORIES)) assert.ok(GLYPH_NAMES.includes(glyphOf(name)), name);
  const hosts = ['client', 'server', 'both', 'external', 'scanner', 'domain controller', 'domain', 'user'];
  assert.equal(new Set(hosts.map(glyphOf)).size, hosts.length);
  assert.equal(glyphOf('constructor'), 'cross');
});

test('labels never overlap and the heaviest is written', () => {
  const candidates = Array.from({ length: 50 }, (_, at) => ({ x: (at * 37) % 300, y: (at * 53) % 200, width: 60, height: 14, weight: at }));
  const chosen = fitting(candidates, 400, 220);
  assert.equal(chosen[0].weight, 49);
  for (const a of chosen) for (const b of chosen) assert.ok(a === b || Math.abs(a.x - b.x) >= 60 || Math.abs(a.y - b.y) >= 14);
});

test('picking: the nearer disc, then the nearer line, then nothing', () => {
  const nodes = [{ id: 1, x: 0, y: 0, size: 10 }, { id: 2, x: 15, y: 0, size: 10 }];
  const at = ({ x, y }) => ({ x, y });
  assert.equal(nodeAt(nodes, at, (node) => node.size, 9, 0).id, 2);
  assert.equal(nodeAt(nodes, at, (node) => node.size, 60, 0), null);
  const edges = [{ from: { x: 0, y: 50 }, to: { x: 100, y: 50 } }];
  assert.equal(edgeAt(edges, (edge) => [edge.from, edge.to], 50, 53), edges[0]);
  assert.equal(edgeAt(edges, (edge) => [edge.from, edge.to], 120, 50), null);
});

test('the histogram keeps every contact, and a span of no length still has bins', () => {
  const { bins } = histogram([{ first: 0, last: 79, count: 80 }, { first: 40, last: 40, count: 2 }, { first: null, last: null, count: 9 }]);
  assert.ok(Math.abs(bins.reduce((sum, bin) => sum + bin, 0) - 82) < 1e-9);
  assert.ok(histogram([{ first: 5, last: 5, count: 1 }]).last > 5);
  assert.equal(histogram([{ first: null, count: 1 }]), null);
});

test('ticks are round moments, at most as many as asked for', () => {
  const found = ticks(1795514400 - 100, 1795514400 + 3600, 8);
  assert.deepEqual(found.slice(0, 2).map((tick) => tick.label), ['10:00', '10:15']);
  for (const span of [3, 90, 4000, 86400, 9e5, 4e7, 9e8]) assert.ok(ticks(1e9, 1e9 + span, 8).length <= 9, String(span));
});
