// Places: the same table, the same picture; the planted thing where it is seen first.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { firstPlaces, forceOrder } from '../src/arrangement.js';
import { forceRun, placesOf } from '../src/layout_force.js';
import { lanes } from '../src/layout_lanes.js';
import { radial } from '../src/layout_radial.js';
import { bounded } from '../src/limits.js';
import { buildModel } from '../src/model.js';
import { pictureFor, prepared } from '../src/pictures.js';
import { sceneOf } from '../src/scene.js';
import * as worlds from '../harness/worlds.js';

function world(name, ...size) {
  const model = buildModel(worlds.FIELDS, worlds.rowsOf(worlds.WORLDS[name](...size)));
  const picture = pictureFor(model);
  return { model, picture, base: prepared(model, bounded(model.edges).edges, picture, new Set(), new Set()) };
}

function laidOut(base, picture, steps = 60) {
  const places = firstPlaces(base.nodes, base.edges, new Map());
  const simulation = forceRun(forceOrder(base.nodes, base.edges, places, picture, new Map(), false));
  simulation.tick(steps);
  const { x, y } = placesOf(simulation);
  return new Map(base.nodes.map((node, at) => [node.id, { x: x[at], y: y[at] }]));
}

for (const [name, picture] of [['hubs', 'hubs'], ['anomaly', 'anomaly'], ['lateral', 'lateral'], ['intel', 'intel'], ['office', 'hubs']]) {
  test(`the rows of ${name} are shown as ${picture} by themselves`, () => assert.equal(world(name, 200).picture, picture));
}

test('the circles of hubs are the same whatever the order of rows, and no two nodes share a place', () => {
  const { base } = world('hubs', 600);
  const places = radial(base.nodes, base.edges);
  const mixed = radial(base.nodes.slice().reverse(), base.edges.slice().reverse());
  for (const [id, place] of places) assert.deepEqual(mixed.get(id), place, id);
  assert.equal(new Set([...places.values()].map(({ x, y }) => `${x.toFixed(3)} ${y.toFixed(3)}`)).size, base.nodes.length);
  assert.ok([...places.values()].every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y)));
});

test('the force layout gives the same places twice', () => {
  const { base, picture } = world('anomaly', 300);
  assert.deepEqual(laidOut(base, picture), laidOut(base, picture));
});

test('flagged nodes end further out than the rest', () => {
  const { base, picture } = world('anomaly', 400);
  const places = laidOut(base, picture, 200);
  const far = (id) => Math.hypot(places.get(id).x, places.get(id).y);
  const rest = base.nodes.filter((node) => !node.flagged).map((node) => far(node.id)).sort((a, b) => a - b);
  for (const id of worlds.BEACON) assert.ok(far(id) > rest[Math.floor(rest.length / 2)], id);
});

test('listed nodes stand in a column at the right, who touched them left of it', () => {
  const { base, picture } = world('intel', 300);
  const places = laidOut(base, picture, 100);
  const bad = places.get(worlds.BAD).x;
  for (const node of base.nodes) if (node.intel === 'none') assert.ok(places.get(node.id).x < bad, node.id);
  assert.deepEqual(base.nodes.filter((node) => node.touches).map((node) => node.id).sort(), worlds.TOUCHED.slice().sort());
});

test('lanes: the path reads from left to right and downwards, one lane a host, above all others', () => {
  const { base } = world('lateral', 200);
  const layout = lanes(base.nodes, base.edges);
  assert.deepEqual(layout.lanes.slice(0, 5).map((lane) => lane.id), worlds.PATH);
  const stops = new Map(layout.stops.map((stop) => [stop.id, stop]));
  const steps = layout.hops.filter(({ edge }) => edge.hop !== null).sort((a, b) => a.edge.hop - b.edge.hop);
  let [x, y] = [-Infinity, Infinity];
  for (const { from, to } of steps) {
    assert.ok(stops.get(from).x > x && stops.get(to).x > stops.get(from).x && stops.get(to).y < stops.get(from).y && stops.get(from).y <= y);
    [x, y] = [stops.get(from).x, stops.get(to).y];
  }
  assert.equal(layout.stays.length, 3);
});

test('more hosts than lanes are counted, and those of paths stay', () => {
  const { base } = world('lateral', 200);
  const many = Array.from({ length: 200 }, (_, at) => ({ ...base.edges[0], id: `x${at}`, src: `h${at}`, dst: `g${at}`, pathId: null, hop: null }));
  const nodes = [...base.nodes, ...many.flatMap((edge) => [{ id: edge.src }, { id: edge.dst }])];
  const layout = lanes(nodes, [...base.edges, ...many]);
  assert.equal(layout.lanes.length, 60);
  assert.equal(layout.lanes[0].id, worlds.PATH[0]);
  assert.ok(layout.hosts > 300 && layout.left > 100);
});

test('new rows leave known nodes where they are', () => {
  const { base } = world('hubs', 400);
  const before = radial(base.nodes, base.edges);
  const nodes = [...base.nodes, { id: 'new', degree: 1 }];
  const edges = [...base.edges, { ...base.edges[0], id: 'n', src: base.nodes[0].id, dst: 'new' }];
  const after = firstPlaces(nodes, edges, before);
  for (const node of base.nodes) assert.equal(after.get(node.id), before.get(node.id));
  assert.ok(Math.hypot(after.get('new').x - before.get(base.nodes[0].id).x, after.get('new').y - before.get(base.nodes[0].id).y) < 60);
});

const VIEW = { theme: 'dark', width: 1100, height: 600 };
test('the largest disc of the hubs is the planted scanner, and its edges are the brightest', () => {
  const { base } = world('hubs', 600);
  const scene = sceneOf(base.nodes, base.edges, radial(base.nodes, base.edges), { ...VIEW, picture: 'hubs' });
  const [largest] = scene.nodes.slice().sort((a, b) => b.size - a.size);
  assert.equal(largest.ref, worlds.SCANNER);
  assert.equal(largest.glyph, 'star');
  const own = scene.edges.filter((edge) => edge.src === largest.id);
  assert.ok(own.length > 20 && own.every((edge) => edge.order === Math.max(...scene.edges.map((each) => each.order))));
});

test('of anomalies, the flagged pairs alone are coloured and arrowed', () => {
  const { base } = world('anomaly', 300);
  const scene = sceneOf(base.nodes, base.edges, radial(base.nodes, base.edges), { ...VIEW, picture: 'anomaly' });
  assert.deepEqual(scene.edges.filter((edge) => edge.flagged).map((edge) => edge.edge.dst).sort(), ['203.0.113.66', 'cdn-upd.example.net']);
  assert.equal(new Set(scene.edges.filter((edge) => !edge.flagged).map((edge) => edge.colour)).size, 1);
  assert.ok(scene.edges.every((edge) => edge.arrow === edge.flagged));
});

test('the bad host has rings and a mark beside its colour, its contacts exactly have red edges', () => {
  const { base } = world('intel', 300);
  const scene = sceneOf(base.nodes, base.edges, radial(base.nodes, base.edges), { ...VIEW, picture: 'intel' });
  const bad = scene.nodes.find((node) => node.ref === worlds.BAD);
  assert.deepEqual([bad.rings.length, bad.mark], [2, 'alert']);
  assert.deepEqual(scene.edges.filter((edge) => edge.flagged).map((edge) => edge.edge.src).sort(), worlds.TOUCHED.slice().sort());
});
