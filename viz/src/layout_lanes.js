// Lateral movement over time: one lane a host, time from left to right, a hop as an arrow from its source's lane to its
// destination's. A host has as many places as hops that leave or reach it (stops), joined by the lane's own line.

const SLANT = 0.03; // share of the time span that a hop's arrow moves to the right: direction shows even without its head
export const MOST_LANES = 60;
const [PATH_LANE, LANE] = [120, 44]; // a path's own lanes are wider: it is what the picture is for

/**
 * {lanes: [{id, y, onPath}], stops: [{id, ref, x, y}], hops: [{edge, from, to}], stays: [{edge, x0, x1, y}], span: [first, last],
 * width, height, reach, left, hosts}: x is time, `reach` of the width for the span. A stay is how long a path rests on a host. left:
 * edges without a time or beyond the lanes that fit; hosts: those without a lane.
 */
export function lanes(nodes, edges, aspect = 1.6) {
  const timed = edges.filter((edge) => edge.first !== null);
  const order = laneOrder(timed, nodes);
  const shown = order.slice(0, MOST_LANES);
  let height = 30;
  const at = new Map();
  for (const lane of shown) {
    at.set(lane.id, { ...lane, y: -height });
    height += lane.onPath ? PATH_LANE : LANE;
  }
  height = Math.max(420, height + 30);
  const width = height * aspect;
  const drawn = timed.filter((edge) => at.has(edge.src) && at.has(edge.dst));
  const span = spanOf(drawn);
  const reach = 1 - 1.5 * SLANT;
  const x = (seconds) => ((seconds - span[0]) / (span[1] - span[0])) * width * reach;
  const stops = [];
  const hops = drawn.map((edge) => {
    const start = x(edge.first);
    const [from, to] = [`${edge.id} from`, `${edge.id} to`];
    stops.push({ id: from, ref: edge.src, x: start, y: at.get(edge.src).y });
    stops.push({ id: to, ref: edge.dst, x: start + width * SLANT, y: at.get(edge.dst).y });
    return { edge, from, to };
  });
  const stays = staysOf(hops, stops);
  return { lanes: [...at.values()], stops, hops, stays, span, width, height, reach, left: edges.length - drawn.length, hosts: order.length - shown.length };
}

/** Between two hops of one path: from the arrival of one to the start of the next, on the host they share. */
function staysOf(hops, stops) {
  const places = new Map(stops.map((stop) => [stop.id, stop]));
  const steps = hops.filter(({ edge }) => edge.hop !== null).sort((a, b) => compare(a.edge.pathId, b.edge.pathId) || a.edge.hop - b.edge.hop);
  return steps.slice(1).flatMap((next, at) => {
    const before = steps[at];
    if (before.edge.pathId !== next.edge.pathId || before.edge.dst !== next.edge.src) return [];
    const [start, end] = [places.get(before.to), places.get(next.from)];
    return [{ edge: before.edge, x0: start.x, x1: end.x, y: start.y }];
  });
}

/** Hosts of paths first, in the order in which the path reaches them; then the rest by their first session. */
function laneOrder(edges, nodes) {
  const known = new Set(nodes.map((node) => node.id));
  const found = new Map();
  const add = (id, onPath) => known.has(id) && !found.has(id) && found.set(id, { id, onPath });
  const steps = edges.filter((edge) => edge.pathId !== null || edge.hop !== null);
  steps.sort((a, b) => (b.score ?? 0) - (a.score ?? 0) || compare(a.pathId, b.pathId) || (a.hop ?? 0) - (b.hop ?? 0) || a.first - b.first);
  steps.forEach((edge) => [edge.src, edge.dst].forEach((id) => add(id, true)));
  const rest = edges.filter((edge) => !steps.includes(edge)).sort((a, b) => a.first - b.first);
  rest.forEach((edge) => [edge.src, edge.dst].forEach((id) => add(id, false)));
  return [...found.values()];
}

function compare(a, b) {
  const [left, right] = [a ?? '', b ?? ''];
  return left < right ? -1 : left > right ? 1 : 0;
}

function spanOf(edges) {
  let [first, last] = [Infinity, -Infinity];
  for (const edge of edges) {
    first = Math.min(first, edge.first);
    last = Math.max(last, edge.first);
  }
  if (!Number.isFinite(first)) return [0, 1];
  const pad = Math.max(1, (last - first) * 0.03);
  return [first - pad, last + pad];
}
