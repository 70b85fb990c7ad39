// Ways from one node to another that never go back in time: an edge may follow another when it is still seen after the other was
// first seen. Fewest hops, and among those the earliest arrival. Breadth-first over (node, earliest arrival); an edge without times
// may be used at any moment. At most MOST_HOPS rounds over all edges: O(hops * edges).

export const MOST_HOPS = 12;

/** [edge] from one to the other, or null when time forbids it or there is no way. */
export function pathBetween(edges, from, to) {
  if (from === to) return null;
  const leaving = new Map();
  for (const edge of edges) {
    if (!leaving.has(edge.src)) leaving.set(edge.src, []);
    leaving.get(edge.src).push(edge);
  }
  const best = new Map([[from, -Infinity]]);
  let front = new Map([[from, { at: -Infinity, way: null }]]);
  for (let hop = 0; hop < MOST_HOPS && front.size; hop += 1) {
    const next = new Map();
    for (const [id, reached] of front) {
      for (const edge of leaving.get(id) || []) {
        const at = arrival(edge, reached.at);
        if (at === null || at >= (best.get(edge.dst) ?? Infinity)) continue;
        best.set(edge.dst, at);
        next.set(edge.dst, { at, way: { edge, before: reached.way } });
      }
    }
    if (next.has(to)) return unrolled(next.get(to).way);
    front = next;
  }
  return null;
}

/** When the far end can be reached at the earliest, or null. */
function arrival(edge, now) {
  if (edge.first === null) return now;
  if (edge.first >= now) return edge.first;
  return (edge.last ?? edge.first) >= now ? now : null;
}

function unrolled(way) {
  const edges = [];
  for (let step = way; step; step = step.before) edges.unshift(step.edge);
  return edges;
}
