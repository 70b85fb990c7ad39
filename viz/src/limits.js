// How much is drawn. Repeated rows of one (source, destination, service) become one edge; what is still too much is joined per pair,
// then cut, the flagged edges last. Every step leaves a sentence, because a picture that leaves something out must say so.

import { count } from './text.js';

export const INSTANT_EDGES = 2000;
export const MOST_EDGES = 10000;
export const EMULATED_EDGES = 500; // more hold up a frame of emulated WebGL over 100 ms

/** {edges, notes} of a model: at most `most` edges. Steps of a path are never joined: their order is what they say. */
export function bounded(edges, most = MOST_EDGES) {
  const notes = [];
  let kept = joined(edges, (edge) => `${edge.src}\n${edge.dst}\n${edge.service}`);
  if (kept.length > most) {
    const before = kept.length;
    kept = joined(kept, (edge) => `${edge.src}\n${edge.dst}`);
    if (kept.length < before) notes.push(`${count(before)} edges are drawn as ${count(kept.length)}, one per pair; services of a pair are joined.`);
  }
  if (kept.length > most) {
    const ranked = kept.slice().sort((a, b) => weight(b) - weight(a) || order(a, b));
    const out = ranked.slice(most);
    const events = out.reduce((sum, edge) => sum + edge.count, 0);
    notes.push(
      `Only ${count(most)} of ${count(kept.length)} edges are drawn: flagged ones first, then those with most events. ` +
        `${count(out.length)} with ${count(events)} events are left out; narrow the search to see them.`,
    );
    const chosen = new Set(ranked.slice(0, most));
    kept = kept.filter((edge) => chosen.has(edge));
  }
  return { edges: kept, notes };
}

const LEAST_SUSPICION = 25;

/** How suspicious a pair is, 0 to 100; 0 below the least that is shown, and for pairs that others outrank (pictures.js). */
export function suspicion(edge) {
  if (edge.outranked) return 0;
  const score = Math.max(edge.score ?? 0, edge.severity * 25);
  return score >= LEAST_SUSPICION ? score : 0;
}

export function isFlagged(edge) {
  return edge.severity > 0 || edge.intel !== 'none' || edge.pathId !== null || edge.isNew || (edge.score ?? 0) >= 50;
}

function weight(edge) {
  const flag = isFlagged(edge) ? 1e12 * (1 + edge.severity) : 0;
  return flag + Math.min(edge.count, 1e9) + Math.log1p((edge.bytesOut || 0) + (edge.bytesIn || 0));
}

function order(a, b) {
  return a.src < b.src ? -1 : a.src > b.src ? 1 : a.dst < b.dst ? -1 : a.dst > b.dst ? 1 : 0;
}

function joined(edges, keyOf) {
  const found = new Map();
  const kept = [];
  for (const edge of edges) {
    const key = edge.pathId === null && edge.hop === null ? keyOf(edge) : null;
    const same = key === null ? undefined : found.get(key);
    if (same) {
      merge(same, edge);
    } else {
      const own = { ...edge };
      kept.push(own);
      if (key !== null) found.set(key, own);
    }
  }
  return kept;
}

function merge(into, edge) {
  const sum = (a, b) => (a === null && b === null ? null : (a || 0) + (b || 0));
  const worse = { none: 0, suspicious: 1, malicious: 2 };
  into.count += edge.count;
  into.rows += edge.rows;
  into.bytesOut = sum(into.bytesOut, edge.bytesOut);
  into.bytesIn = sum(into.bytesIn, edge.bytesIn);
  into.first = into.first === null ? edge.first : Math.min(into.first, edge.first ?? into.first);
  into.last = into.last === null ? edge.last : Math.max(into.last, edge.last ?? into.last);
  into.severity = Math.max(into.severity, edge.severity);
  into.score = edge.score === null ? into.score : Math.max(into.score ?? 0, edge.score);
  into.isNew = into.isNew || edge.isNew;
  into.intel = worse[edge.intel] > worse[into.intel] ? edge.intel : into.intel;
  into.uids = [...new Set([...into.uids, ...edge.uids])].slice(0, 3);
  if (edge.service !== into.service) into.service = 'several';
}
