// A node or an edge as a row: for the table, the CSV file and the drilldown. The columns of the table that came in, then what the
// graph computed; the latter under the names of the node and edge table.

import { bytes, count, moment } from './text.js';

export const NODE_COLUMNS = ['label', 'kind', 'role', 'intel', 'severity', 'score', 'degree_out', 'degree_in', 'bytes', 'first', 'last', 'group', 'id'];
export const EDGE_COLUMNS = ['src_label', 'dst_label', 'service', 'count', 'bytes_out', 'bytes_in', 'first', 'last', 'severity', 'intel', 'score', 'path_id', 'hop', 'uid', 'src', 'dst'];

export function nodeFields(node) {
  return {
    id: node.id, label: node.label, kind: node.kind, role: node.role, intel: node.intel, severity: node.severity, score: node.score,
    degree_out: node.out, degree_in: node.in, bytes: node.bytes, first: node.first, last: node.last, group: node.group,
  };
}

export function edgeFields(edge) {
  return {
    src: edge.src, dst: edge.dst, src_label: edge.srcLabel, dst_label: edge.dstLabel, service: edge.service, count: edge.count, bytes_out: edge.bytesOut, bytes_in: edge.bytesIn,
    first: edge.first, last: edge.last, severity: edge.severity, intel: edge.intel, score: edge.score, path_id: edge.pathId,
    hop: edge.hop, uid: edge.uids.join(' '),
  };
}

/** Everything known of it, as texts: what came in wins over what was computed. */
export function drilldownFields(names, row, own) {
  const found = {};
  for (const [name, value] of Object.entries(own)) if (value !== null && value !== undefined) found[name] = String(value);
  (row || []).forEach((cell, at) => {
    if (cell !== null && cell !== undefined && cell !== '') found[names[at]] = Array.isArray(cell) ? cell.join('\n') : String(cell);
  });
  return found;
}

/** A cell for people: sizes with units, times in UTC. */
export function cellText(column, value) {
  if (value === null || value === undefined) return '';
  if (column.startsWith('bytes')) return bytes(value);
  if (column === 'first' || column === 'last') return moment(value);
  if (['count', 'degree_out', 'degree_in'].includes(column)) return count(value);
  return column === 'score' ? String(Math.round(value * 10) / 10) : String(value);
}
