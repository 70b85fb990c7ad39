// Ticks of a time axis in UTC, and the histogram of the time bar.

const STEPS_S = [1, 5, 15, 30, 60, 300, 900, 1800, 3600, 10800, 21600, 43200, 86400, 172800, 604800, 2592000];

/** [{at, label}]: round moments between first and last (seconds), at most `most`. */
export function ticks(first, last, most = 8) {
  const step = STEPS_S.find((each) => (last - first) / each <= most) || Math.ceil((last - first) / most / 2592000) * 2592000;
  const found = [];
  for (let at = Math.ceil(first / step) * step; at <= last; at += step) found.push({ at, label: label(at, step) });
  return found;
}

function label(at, step) {
  const text = new Date(at * 1000).toISOString();
  if (step >= 86400) return text.slice(5, 10);
  if (at % 86400 === 0) return text.slice(5, 10);
  return step >= 60 ? text.slice(11, 16) : text.slice(11, 19);
}

/** Contacts per bin: an edge adds its count evenly over the bins from first to last. {bins: Float64Array, first, last} or null. */
export function histogram(edges, many = 80) {
  let [first, last] = [Infinity, -Infinity];
  for (const edge of edges) {
    if (edge.first === null) continue;
    first = Math.min(first, edge.first);
    last = Math.max(last, edge.last ?? edge.first);
  }
  if (!Number.isFinite(first)) return null;
  if (last <= first) last = first + 1;
  const bins = new Float64Array(many);
  const binOf = (seconds) => Math.min(many - 1, Math.floor(((seconds - first) / (last - first)) * many));
  for (const edge of edges) {
    if (edge.first === null) continue;
    const [from, to] = [binOf(edge.first), binOf(edge.last ?? edge.first)];
    const part = edge.count / (to - from + 1);
    for (let bin = from; bin <= to; bin += 1) bins[bin] += part;
  }
  return { bins, first, last };
}
