// The sentence over the picture names the planted thing.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { headline } from '../src/headline.js';
import { bounded } from '../src/limits.js';
import { buildModel } from '../src/model.js';
import { prepared } from '../src/pictures.js';
import * as worlds from '../harness/worlds.js';

function said(name, picture = name) {
  const model = buildModel(worlds.FIELDS, worlds.rowsOf(worlds.WORLDS[name]()));
  const base = prepared(model, bounded(model.edges).edges, picture, new Set(), new Set());
  return headline(picture, base.nodes, base.edges);
}

test('hubs: the scanner, its role and which way it talks', () => assert.match(said('hubs'), /^10\.0\.3\.77 \(scanner\) reaches out to 168 peers/));
test('anomalies: the beacon pair and its points', () => assert.match(said('anomaly'), /^10\.0\.1\.23 → 203\.0\.113\.66 \(ssl\).*94 of 100/));
test('lateral: the whole path in order with its time', () => assert.match(said('lateral'), /^10\.0\.1\.14 → 10\.0\.2\.31 → 10\.0\.2\.40 → 10\.0\.0\.50 → 10\.0\.0\.10: 4 hops, .* within 85 min/));
test('intel: the bad host and exactly who touched it', () => assert.match(said('intel'), /^198\.51\.100\.23 is listed as malicious .* touched by 10\.0\.1\.5, 10\.0\.1\.19, 10\.0\.2\.8\.$/));
test('a picture without its own facts says so', () => {
  assert.match(said('office', 'anomaly'), /No pair here has a score/);
  assert.match(said('office', 'intel'), /Nothing here is listed/);
  assert.match(headline('hubs', [], []), /Nothing to draw/);
});
test('a path of one hop is one hop, at a moment', () => {
  const edge = { src: 'a', dst: 'b', pathId: 'p', hop: 1, first: 1795514400, last: 1795514400, score: 40 };
  assert.equal(headline('lateral', [{ id: 'a', label: 'a' }, { id: 'b', label: 'b' }], [edge]), 'a → b: 1 hop, 2026-11-24 10:00:00 UTC.');
});
