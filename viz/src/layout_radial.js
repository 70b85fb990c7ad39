// Hubs and spokes: each hub in the middle of its circle, its spokes in rings around it by service, the circles packed beside each
// other, largest in the middle. Closed form, no randomness: the same table gives the same picture.

import { packSiblings } from 'd3-hierarchy';

const RING_PX = 34;
const SPOKE_PX = 22;
const MOST_HUBS = 24;
const LEAST_SPOKES = 5;
const WIDER = 1.35; // panels are wider than high: circles are moved apart sideways, not stretched

/** Map id -> {x, y}. */
export function radial(nodes, edges) {
  const links = linksOf(nodes, edges);
  const hubs = hubsOf(nodes, links);
  const circles = circlesOf(nodes, links, hubs);
  packSiblings(circles);
  const places = new Map();
  for (const circle of circles) place({ ...circle, x: circle.x * WIDER }, places);
  return places;
}

/** id -> Map of neighbour -> {weight, service}: of several edges the heaviest, whatever their order. */
function linksOf(nodes, edges) {
  const links = new Map(nodes.map((node) => [node.id, new Map()]));
  for (const edge of edges) {
    for (const [one, other] of [[edge.src, edge.dst], [edge.dst, edge.src]]) {
      if (one === other) continue;
      const known = links.get(one).get(other);
      const before = known && (known.weight > edge.count || (known.weight === edge.count && known.service <= edge.service));
      if (!before) links.get(one).set(other, { weight: edge.count, service: edge.service });
    }
  }
  return links;
}

/** Nodes with far more peers than the rest have, at most MOST_HUBS. */
function hubsOf(nodes, links) {
  const ranked = nodes.map((node) => node.id).sort((a, b) => links.get(b).size - links.get(a).size || (a < b ? -1 : 1));
  const sizes = ranked.map((id) => links.get(id).size);
  const median = sizes[Math.floor(sizes.length / 2)] || 0;
  const least = Math.max(LEAST_SPOKES, 2.5 * median);
  return new Set(ranked.slice(0, MOST_HUBS).filter((id) => links.get(id).size >= least));
}

function circlesOf(nodes, links, hubs) {
  const spokes = new Map([...hubs].map((id) => [id, []]));
  const claimed = new Set(hubs);
  const ranked = nodes.map((node) => node.id).sort((a, b) => links.get(b).size - links.get(a).size || (a < b ? -1 : 1));
  for (const id of ranked) {
    if (claimed.has(id)) continue;
    const hub = hubFor(id, links, hubs);
    if (hub !== null) {
      spokes.get(hub).push(id);
      claimed.add(id);
    }
  }
  for (const id of ranked) {
    if (claimed.has(id)) continue; // what no hub reaches: the best of each group gathers its neighbours
    claimed.add(id);
    const own = [...links.get(id).keys()].filter((other) => !claimed.has(other)).sort();
    own.forEach((other) => claimed.add(other));
    spokes.set(id, own);
  }
  const circles = [...spokes].map(([hub, own]) => circleOf(hub, own, links));
  const first = ranked[0]; // the largest hub in the middle, so that its spokes go out in all directions
  return circles.sort((a, b) => (b.hub === first) - (a.hub === first) || b.r - a.r || (a.hub < b.hub ? -1 : 1));
}

/** The hub of a spoke: of its neighbours the one with the fewest peers that is a hub, since the largest one knows everybody. */
function hubFor(id, links, hubs) {
  const own = [...links.get(id).keys()].filter((other) => hubs.has(other));
  own.sort((a, b) => links.get(a).size - links.get(b).size || (a < b ? -1 : 1));
  return own[0] ?? null;
}

function circleOf(hub, own, links) {
  const service = (id) => links.get(hub).get(id)?.service || '';
  const sorted = own.slice().sort((a, b) => (service(a) < service(b) ? -1 : service(a) > service(b) ? 1 : a < b ? -1 : 1));
  const rings = [];
  let at = 0;
  for (let ring = 1; at < sorted.length; ring += 1) {
    const radius = 26 + RING_PX * ring;
    const room = Math.max(6, Math.floor((2 * Math.PI * radius) / SPOKE_PX));
    rings.push({ radius, members: sorted.slice(at, at + room) });
    at += room;
  }
  return { hub, rings, r: (rings.length ? rings[rings.length - 1].radius : 14) + 30 };
}

function place(circle, places) {
  places.set(circle.hub, { x: circle.x, y: circle.y });
  circle.rings.forEach((ring, number) => {
    ring.members.forEach((id, at) => {
      const angle = ((at + (number % 2) / 2) / ring.members.length) * 2 * Math.PI - Math.PI / 2;
      places.set(id, { x: circle.x + ring.radius * Math.cos(angle), y: circle.y + ring.radius * Math.sin(angle) });
    });
  });
}
