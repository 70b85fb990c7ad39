// The force layout (d3-force: many-body repulsion by Barnes-Hut, springs, collision). Starts from given places and d3's own fixed
// random source, so it is deterministic. Runs in a worker (layout_worker.js), or in slices where there are no workers.

import { forceCollide, forceLink, forceManyBody, forceRadial, forceSimulation, forceX, forceY } from 'd3-force';

/** Steps for a graph of this many edges: fewer where a step is dear. */
export function stepsFor(edges) {
  return edges <= 2000 ? 300 : edges <= 5000 ? 200 : 120;
}

/**
 * order: {x, y, radius: Float32Array; pull: Float32Array (strength towards the aim, 0 = none); aimX, aimY; fixed: Uint8Array;
 * links: Uint32Array of pairs, apart: Float32Array of their lengths; rim: Float32Array (distance from the middle, 0 = none)}. Returns a simulation to be ticked.
 */
export function forceRun(order) {
  const nodes = Array.from(order.x, (x, index) => ({
    index, x, y: order.y[index], ...(order.fixed[index] ? { fx: x, fy: order.y[index] } : {}),
  }));
  const degrees = new Uint32Array(nodes.length);
  for (const at of order.links) degrees[at] += 1;
  const degree = (node) => degrees[node.index] || 1;
  const links = [];
  for (let at = 0; at < order.links.length; at += 2) links.push({ source: order.links[at], target: order.links[at + 1] });
  const simulation = forceSimulation(nodes)
    .stop()
    .alphaDecay(1 - Math.pow(0.001, 1 / stepsFor(links.length)))
    .force('charge', forceManyBody().strength(-90).distanceMax(900).theta(1.1))
    .force('link', forceLink(links).distance((link, at) => order.apart[at]).strength((link) => 0.7 / Math.min(degree(link.source), degree(link.target))))
    .force('collide', forceCollide((node) => order.radius[node.index] + 3).iterations(1))
    .force('x', forceX((node) => order.aimX[node.index]).strength((node) => Math.max(0.02, order.pull[node.index])))
    .force('y', forceY((node) => order.aimY[node.index]).strength((node) => Math.max(0.03, order.pull[node.index] * 0.1)));
  if (order.rim.some((distance) => distance > 0)) {
    simulation.force('rim', forceRadial((node) => order.rim[node.index]).strength((node) => (order.rim[node.index] ? 0.5 : 0)));
  }
  return simulation;
}

/** {x, y}: Float32Array of the simulation's nodes. */
export function placesOf(simulation) {
  const nodes = simulation.nodes();
  return { x: Float32Array.from(nodes, (node) => node.x), y: Float32Array.from(nodes, (node) => node.y) };
}
