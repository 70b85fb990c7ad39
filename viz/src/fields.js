// Which column of a table means what. Three dialects are read: the node and edge table of zeekgraph, findings and raw Zeek fields,
// and the column names of Splunk 10.4's own Network graph. Names are compared without case, dots and underscores.

import { lookup } from './lookup.js';

export const ALIASES = {
  row: ['zh_row', 'row', 'record'],
  id: ['id', 'node_id', 'node', 'entity'],
  src: ['src', 'source', 'src_id', 'from', 'id.orig_h', 'src_ip', 'orig'],
  dst: ['dst', 'dest', 'target', 'destination', 'dst_id', 'to', 'id.resp_h', 'dest_ip', 'dst_ip', 'resp'],
  label: ['label', 'title', 'node_title', 'name', 'nodeText'],
  nodeKind: ['node_kind', 'entity_kind', 'kind', 'category', 'nodeTypes', 'node_type'],
  role: ['role', 'roles'],
  intel: ['intel', 'disposition', 'verdict'],
  intelSource: ['intel_source', 'sources', 'feed', 'intel_sources'],
  severity: ['severity', 'urgency'],
  score: ['threat_score', 'score', 'beacon_score'],
  group: ['group', 'subnet', 'asn'],
  flags: ['flags', 'reasons', 'why'],
  degreeIn: ['degree_in', 'in_degree', 'peers_in'],
  degreeOut: ['degree_out', 'out_degree', 'peers_out'],
  service: ['service', 'proto/service', 'proto_service', 'protocol', 'protocols', 'app', 'proto', 'edge_type'],
  count: ['count', 'events', 'sessions', 'connections', 'linkValues', 'weight'],
  attempts: ['attempts'],
  zone: ['zone'],
  bytesOut: ['bytes_out', 'orig_bytes'],
  bytesIn: ['bytes_in', 'resp_bytes'],
  bytes: ['bytes', 'total_bytes'],
  first: ['first', 'first_seen', 'earliest', 'ts', '_time'],
  last: ['last', 'last_seen', 'latest'],
  pathId: ['path_id', 'pathId', 'chain'],
  hop: ['hop', 'hop_number', 'step'],
  uid: ['uid', 'uids', 'sample_uids'],
  isNew: ['new', 'is_new', 'new_edge'],
  path: ['path'],
  story: ['story'],
  x: ['x', 'xPositions', 'node_x'],
  y: ['y', 'yPositions', 'node_y'],
  nodeColor: ['node_color', 'nodeColors'],
  linkColor: ['edge_color', 'linkColors'],
  sourceType: ['nodeTypes'],
  sourceValue: ['nodeValues'],
  url: ['graphistry_url'],
};

const BARE = (name) => String(name).toLowerCase().replace(/[^a-z0-9]/g, '');
const SEVERITIES = lookup({ info: 0, informational: 0, none: 0, low: 1, medium: 2, high: 3, critical: 4 });

/** {meaning: [column numbers]} of a table, best name first. */
export function columnsOf(names) {
  const places = new Map();
  names.forEach((name, at) => {
    const bare = BARE(name);
    if (!places.has(bare)) places.set(bare, at);
  });
  const found = {};
  for (const [meaning, aliases] of Object.entries(ALIASES)) {
    found[meaning] = [...new Set(aliases.map((alias) => places.get(BARE(alias))).filter((at) => at !== undefined))];
  }
  return found;
}

/** The cell as a list of texts: a multivalue field comes as a list or with line ends. Empty and "-" are no value. */
export function texts(cell) {
  if (cell === null || cell === undefined) return [];
  const parts = Array.isArray(cell) ? cell : String(cell).split('\n');
  return parts.map((part) => String(part).trim()).filter((part) => part !== '' && part !== '-' && part !== '(empty)');
}

/** A finite number, or null. */
export function number(text) {
  if (text === null || text === undefined || text === '') return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}

/** Seconds since 1970 of an epoch (seconds) or ISO 8601 text; null when it is neither. */
export function time(text) {
  const value = number(text);
  if (value !== null) return value > 0 ? value : null;
  if (!/^\d{4}-\d\d-\d\d/.test(text || '')) return null;
  const parsed = Date.parse(/[zZ]|[+-]\d\d:?\d\d$/.test(text) ? text : `${text.replace(' ', 'T')}Z`);
  return Number.isNaN(parsed) ? null : parsed / 1000;
}

/** 0 (information) to 4 (critical), of a word or a number; null when nothing is said. */
export function severity(text) {
  if (!text) return null;
  const word = SEVERITIES[String(text).toLowerCase()];
  if (word !== undefined) return word;
  const value = number(text);
  return value === null ? null : Math.max(0, Math.min(4, Math.round(value)));
}

/** none, suspicious or malicious. Any other non-empty word is an indicator that somebody listed: suspicious. */
export function intel(text) {
  const word = String(text || '').toLowerCase();
  if (word === '' || ['none', 'benign', 'clean', 'unknown', '0', 'false', 'no'].includes(word)) return 'none';
  return ['malicious', 'bad', 'blocked', 'true', '1', 'yes'].includes(word) ? 'malicious' : 'suspicious';
}

/** A colour of a table, if it is one we can draw (#rgb or #rrggbb); else null. */
export function colour(text) {
  const match = /^#?([0-9a-f]{6}|[0-9a-f]{3})$/i.exec(String(text || '').trim());
  if (!match) return null;
  const digits = match[1].length === 3 ? [...match[1]].map((digit) => digit + digit).join('') : match[1];
  return `#${digits.toLowerCase()}`;
}
