// Table -> graph. One row is an edge when it has both ends, a path when it has a `path` of hosts, a node when it has an id alone.
// Nodes that only edges name are made. Roles that no column says are computed from both directions.

import { isAddress, isDomain, isExternal } from './address.js';
import * as fields from './fields.js';
import { hopsOf } from './path_rows.js';

const ROW_WORDS = new Set(['node', 'edge', 'link', 'vertex']);
const KINDS = new Set(['host', 'domain', 'user', 'file', 'certificate', 'cert', 'name', 'hash', 'ja3', 'ja4', 'query', 'answer', 'event', 'leaves']);

/**
 * {nodes: Map id -> node, edges: [edge], url, skipped, timed}. skipped: rows with neither an id nor both ends. url: the text of the
 * first graphistry_url cell. first/last: seconds, over all edges, null without times.
 */
export function buildModel(names, rows) {
  const columns = fields.columnsOf(names);
  const model = { nodes: new Map(), edges: [], url: null, skipped: 0, rows: rows.length, names, first: null, last: null };
  for (const row of rows) {
    const read = reader(columns, row);
    model.url = model.url || read.text('url');
    const hops = read.text('path') ? hopsOf(read.text('path'), read.list('story'), read) : [];
    const word = rowWord(read);
    if (hops.length) hops.forEach((hop) => addEdge(model, { ...edgeOf(read, row), ...hop }));
    else if (word !== 'node' && read.text('src') && read.text('dst')) addEdge(model, edgeOf(read, row), read);
    else if (nodeIdOf(read)) addNode(model, nodeIdOf(read), read, row);
    else model.skipped += 1;
  }
  finish(model);
  return model;
}

function reader(columns, row) {
  const list = (meaning) => {
    for (const at of columns[meaning]) {
      const found = fields.texts(row[at]);
      if (found.length) return found;
    }
    return [];
  };
  const text = (meaning) => list(meaning)[0] ?? null;
  return { list, text, number: (meaning) => fields.number(text(meaning)), time: (meaning) => fields.time(text(meaning)) };
}

/** node, edge or null: what the row says it is, in a column of its own or in `kind`. */
function rowWord(read) {
  for (const meaning of ['row', 'nodeKind']) {
    const word = (read.text(meaning) || '').toLowerCase();
    if (ROW_WORDS.has(word)) return word === 'node' || word === 'vertex' ? 'node' : 'edge';
  }
  return null;
}

/** Splunk's Network graph has no id column: a row with a source and no target describes that node. */
function nodeIdOf(read) {
  return read.text('id') || read.text('src') || read.text('dst');
}

function edgeOf(read, row) {
  const first = read.time('first');
  const bytes = read.number('bytes');
  return {
    src: read.text('src'),
    dst: read.text('dst'),
    service: [...new Set(read.list('service').map(serviceOf))].join('+').toLowerCase().slice(0, 60) || 'other',
    count: (read.number('count') ?? 0) + (read.number('attempts') ?? 0) || 1, // attempts are contacts to be seen, though no sessions
    bytesOut: read.number('bytesOut') ?? bytes ?? null,
    bytesIn: read.number('bytesIn'),
    first,
    last: read.time('last') ?? first,
    severity: fields.severity(read.text('severity')) ?? 0,
    intel: fields.intel(read.text('intel')),
    intelSource: read.list('intelSource').join(', '),
    score: read.number('score'),
    pathId: read.text('pathId'),
    hop: read.number('hop'),
    uids: read.list('uid').slice(0, 3),
    isNew: ['1', 'true', 'yes', 'new'].includes((read.text('isNew') || '').toLowerCase()),
    colour: fields.colour(read.text('linkColor')),
    row,
    rows: 1,
  };
}

/** zeekbeacon writes port/protocol/service (events): the service, or port/protocol where Zeek knew none. */
function serviceOf(text) {
  const found = /^(\d+)\/(\w+)\/(\S+)(?: \(\d+\))?$/.exec(text);
  if (!found) return text;
  return found[3] === '-' ? `${found[1]}/${found[2]}` : found[3];
}

function addEdge(model, edge, read) {
  const ends = [nodeFor(model, edge.src), nodeFor(model, edge.dst)];
  if (read && !ends[0].row) { // Network graph: what a row says of a node, it says of its source
    ends[0].label = read.text('label') || ends[0].label;
    ends[0].role = ends[0].role || read.text('sourceType')?.toLowerCase() || null;
    ends[0].score = ends[0].score ?? read.number('sourceValue');
    ends[0].colour = ends[0].colour || fields.colour(read.text('nodeColor'));
    ends[0].preset = ends[0].preset || presetOf(read);
  }
  model.edges.push({ ...edge, id: `e${model.edges.length}` });
}

function presetOf(read) {
  const [x, y] = [read.number('x'), read.number('y')];
  return x === null || y === null ? null : { x, y };
}

function addNode(model, id, read, row) {
  const node = nodeFor(model, id);
  const kind = read.list('nodeKind').map((word) => word.toLowerCase()).find((word) => !ROW_WORDS.has(word));
  Object.assign(node, {
    label: read.text('label') || node.label,
    kind: kind ? (kind === 'cert' ? 'certificate' : kind) : node.kind,
    role: (read.text('role') || node.role || '').toLowerCase() || null,
    intel: fields.intel(read.text('intel')),
    intelSource: read.list('intelSource').join(', '),
    severity: fields.severity(read.text('severity')) ?? 0,
    score: read.number('score') ?? read.number('sourceValue'),
    group: read.text('group'),
    zone: (read.text('zone') || '').toLowerCase() || null,
    flags: read.list('flags'),
    first: read.time('first'),
    last: read.time('last'),
    bytes: read.number('bytes'),
    told: { in: read.number('degreeIn'), out: read.number('degreeOut') },
    preset: presetOf(read),
    colour: fields.colour(read.text('nodeColor')),
    row,
  });
}

function nodeFor(model, id) {
  let node = model.nodes.get(id);
  if (!node) {
    const cut = isAddress(id) ? -1 : id.indexOf('::'); // an IPv6 address has the sign of kind::value in it
    const label = cut > 0 ? id.slice(cut + 2) : id;
    node = { id, label, kind: kindOf(cut > 0 ? id.slice(0, cut).toLowerCase() : '', label), role: null, intel: 'none', intelSource: '' };
    Object.assign(node, { severity: 0, score: null, group: null, flags: [], first: null, last: null, bytes: null, told: {} });
    Object.assign(node, { preset: null, colour: null, row: null });
    model.nodes.set(id, node);
  }
  return node;
}

function kindOf(prefix, label) {
  if (prefix === 'ip') return 'host';
  if (KINDS.has(prefix)) return prefix === 'cert' ? 'certificate' : prefix;
  return isAddress(label) || !isDomain(label) ? 'host' : 'domain';
}

/** Peers in both directions, bytes, times and the roles that no column told. */
function finish(model) {
  const seen = new Map([...model.nodes.keys()].map((id) => [id, { in: new Set(), out: new Set(), bytes: 0 }]));
  for (const edge of model.edges) {
    edge.srcLabel = model.nodes.get(edge.src).label;
    edge.dstLabel = model.nodes.get(edge.dst).label;
    seen.get(edge.src).out.add(edge.dst);
    seen.get(edge.dst).in.add(edge.src);
    const moved = (edge.bytesOut || 0) + (edge.bytesIn || 0);
    seen.get(edge.src).bytes += moved;
    seen.get(edge.dst).bytes += moved;
    if (edge.first !== null) {
      model.first = model.first === null ? edge.first : Math.min(model.first, edge.first);
      model.last = model.last === null ? edge.last : Math.max(model.last, edge.last);
    }
  }
  for (const node of model.nodes.values()) {
    const peers = seen.get(node.id);
    node.out = node.told.out ?? peers.out.size;
    node.in = node.told.in ?? peers.in.size;
    node.peers = new Set([...peers.out, ...peers.in]).size;
    node.degree = Math.max(node.peers, node.told.in === undefined ? 0 : (node.told.in || 0) + (node.told.out || 0));
    node.bytes = node.bytes ?? peers.bytes;
    node.role = node.role || roleOf(node);
  }
}

function roleOf(node) {
  if (node.kind !== 'host') return node.kind;
  if (node.zone ? node.zone === 'external' : isExternal(node.label)) return 'external';
  if (node.out && node.in) return 'both';
  return node.in ? 'server' : 'client';
}
