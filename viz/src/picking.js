// What lies under the pointer, in pixels: the topmost node, else the nearest edge.

const NODE_SLACK_PX = 4;
const EDGE_SLACK_PX = 6;

/** A node of the scene or null. at(node) -> {x, y}; radius(node) -> px. */
export function nodeAt(nodes, at, radius, x, y) {
  let best = null;
  let nearest = Infinity;
  for (const node of nodes) {
    const place = at(node);
    const distance = Math.hypot(place.x - x, place.y - y) - radius(node);
    if (distance <= NODE_SLACK_PX && distance < nearest) {
      nearest = distance;
      best = node;
    }
  }
  return best;
}

/** An edge of the scene or null: distance to the straight line between its ends. */
export function edgeAt(edges, ends, x, y) {
  let best = null;
  let nearest = EDGE_SLACK_PX;
  for (const edge of edges) {
    const [from, to] = ends(edge);
    const distance = toSegment(x, y, from, to) - (edge.flagged ? 2 : 0);
    if (distance < nearest) {
      nearest = distance;
      best = edge;
    }
  }
  return best;
}

export function toSegment(x, y, from, to) {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = dx * dx + dy * dy;
  const share = length ? Math.max(0, Math.min(1, ((x - from.x) * dx + (y - from.y) * dy) / length)) : 0;
  return Math.hypot(from.x + share * dx - x, from.y + share * dy - y);
}
