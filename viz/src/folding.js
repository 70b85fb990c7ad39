// Leaves of one hub: nodes whose only peer it is. Many of them under one service say one thing ("talks to 412 hosts over ssl"), so
// they are one node until somebody opens it. Flagged, selected and pinned nodes are never folded.

import { category } from './encodings.js';

export const LEAST_LEAVES = 9;

/**
 * {nodes, edges, bundles: Map bundle id -> {id, hub, service, members}}. opened: bundle ids left open. keep: ids never folded.
 * A bundle is a node with the members' counts; its edge carries their sums.
 */
export function folded(nodes, edges, opened, keep, least = LEAST_LEAVES) {
  const peers = new Map();
  for (const edge of edges) {
    peer(peers, edge.src).add(edge.dst);
    peer(peers, edge.dst).add(edge.src);
  }
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const bundles = new Map();
  const home = new Map();
  for (const edge of edges) {
    for (const [leaf, hub] of [[edge.src, edge.dst], [edge.dst, edge.src]]) {
      const node = byId.get(leaf);
      if (peers.get(leaf).size !== 1 || leaf === hub || keep.has(leaf) || home.has(leaf) || isBad(node) || isTold(edge)) continue;
      if (peers.get(hub).size === 1) continue; // a pair alone has no hub
      const id = bundleId(hub, edge.service, category(node), leaf === edge.src);
      if (!bundles.has(id)) bundles.set(id, { id, hub, service: edge.service, category: category(node), inward: leaf === edge.src, members: [] });
      bundles.get(id).members.push(leaf);
      home.set(leaf, id);
    }
  }
  for (const [id, bundle] of bundles) {
    if (bundle.members.length < least || opened.has(id)) {
      bundle.members.forEach((member) => home.delete(member));
      if (!opened.has(id)) bundles.delete(id);
      else bundle.open = true;
    }
  }
  return { ...apply(nodes, edges, home, bundles, byId), bundles };
}

export function bundleId(hub, service, category_, inward) {
  return `bundle\n${hub}\n${service}\n${category_}\n${inward ? 'in' : 'out'}`;
}

function peer(peers, id) {
  if (!peers.has(id)) peers.set(id, new Set());
  return peers.get(id);
}

/** New alone is no reason to stand out: after a baseline of a day most leaves are new. */
function isTold(edge) {
  return edge.severity > 0 || edge.intel !== 'none' || edge.pathId !== null || (edge.score ?? 0) >= 50;
}

function isBad(node) {
  return node.intel !== 'none' || node.severity > 0;
}

function apply(nodes, edges, home, bundles, byId) {
  const kept = nodes.filter((node) => !home.has(node.id));
  const sums = new Map();
  const plain = [];
  for (const edge of edges) {
    const id = home.get(edge.src) ?? home.get(edge.dst);
    if (id === undefined) {
      plain.push(edge);
      continue;
    }
    const sum = sums.get(id);
    if (!sum) {
      const inward = bundles.get(id).inward;
      const own = bundles.get(id).members.length;
      const named = inward ? { srcLabel: `${own} leaves` } : { dstLabel: `${own} leaves` };
      sums.set(id, { ...edge, ...named, id: `f${id}`, src: inward ? id : edge.src, dst: inward ? edge.dst : id, folded: 1 });
    } else {
      sum.count += edge.count;
      sum.bytesOut = (sum.bytesOut || 0) + (edge.bytesOut || 0);
      sum.bytesIn = (sum.bytesIn || 0) + (edge.bytesIn || 0);
      sum.first = sum.first === null ? edge.first : Math.min(sum.first, edge.first ?? sum.first);
      sum.last = sum.last === null ? edge.last : Math.max(sum.last, edge.last ?? sum.last);
      sum.folded += 1;
    }
  }
  for (const [id, bundle] of bundles) if (!bundle.open) kept.push(bundleNode(id, bundle, byId));
  return { nodes: kept, edges: [...plain, ...sums.values()] };
}

function bundleNode(id, bundle, byId) {
  const members = bundle.members.map((member) => byId.get(member));
  return {
    ...members[0], id, bundle: true, members: bundle.members, label: `+${members.length.toLocaleString('en-US')} ${bundle.category}`,
    degree: 1, peers: 1, in: bundle.inward ? 0 : 1, out: bundle.inward ? 1 : 0, row: null, score: null, flags: [], preset: null,
    bytes: members.reduce((sum, node) => sum + (node.bytes || 0), 0),
  };
}
