// Tables with something planted, for tests, screenshots and the benchmark. Deterministic: the same name and size, the same rows.

export const FIELDS = ['row', 'id', 'src', 'dst', 'kind', 'role', 'service', 'count', 'bytes_out', 'bytes_in', 'first', 'last', 'severity', 'intel', 'intel_source', 'score', 'path_id', 'hop', 'uid', 'reasons', 'graphistry_url'];
export const START_S = 1795000000;
export const SCANNER = '10.0.3.77';
export const CONTROLLER = '10.0.0.10';
export const BEACON = ['10.0.1.23', '203.0.113.66'];
export const PATH = ['10.0.1.14', '10.0.2.31', '10.0.2.40', '10.0.0.50', '10.0.0.10'];
export const BAD = '198.51.100.23';
export const TOUCHED = ['10.0.1.5', '10.0.1.19', '10.0.2.8'];

function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
}

/** Rows as Splunk sends them: texts in the order of FIELDS, missing ones null. */
export function rowsOf(items) {
  return items.map((item) => FIELDS.map((field) => (item[field] === undefined || item[field] === null ? null : Array.isArray(item[field]) ? item[field].map(String) : String(item[field]))));
}

/** An office: clients that use a controller, a resolver, a proxy and servers, and a tail of addresses outside. */
export function office(edges = 300, seed = 7) {
  const next = random(seed);
  const clients = Math.max(20, Math.round(edges / 12));
  const items = [];
  const client = (at) => `10.0.${1 + Math.floor(at / 200)}.${1 + (at % 200)}`;
  const time = () => START_S + Math.floor(next() * 86400);
  const add = (src, dst, service, count) => {
    const first = time();
    items.push({ row: 'edge', src, dst, service, count, bytes_out: Math.round(next() * 9e4 * count), bytes_in: Math.round(next() * 4e5 * count), first, last: Math.min(START_S + 86400, first + Math.floor(next() * 30000)), uid: `C${items.length}` });
  };
  for (let at = 0; at < clients; at += 1) {
    add(client(at), CONTROLLER, 'kerberos', 20 + Math.floor(next() * 60));
    add(client(at), '10.0.0.53', 'dns', 100 + Math.floor(next() * 900));
    if (at % 2) add(client(at), '10.0.0.8', 'http', 10 + Math.floor(next() * 90));
    if (at % 3 === 0) add(client(at), '10.0.0.20', 'smb', 5 + Math.floor(next() * 50));
  }
  for (let at = 0; items.length < edges; at += 1) {
    const outside = next() < 0.35 ? `93.184.${at % 250}.${1 + Math.floor(next() * 200)}` : `151.101.${Math.floor(next() * 12)}.${1 + Math.floor(next() * 60)}`;
    add(client(Math.floor(next() * clients)), outside, next() < 0.9 ? 'ssl' : 'http', 1 + Math.floor(next() * 40));
  }
  return items.slice(0, edges);
}

export function hubs(edges = 600) {
  const items = office(Math.round(edges * 0.72));
  const next = random(3);
  for (let at = 0; items.length < edges; at += 1) {
    items.push({ row: 'edge', src: SCANNER, dst: `10.0.${1 + Math.floor(at / 200)}.${1 + (at % 200)}`, service: at % 5 ? 'other' : 'smb', count: 1, bytes_out: 60, bytes_in: 0, first: START_S + 40000 + at * 2, last: START_S + 40000 + at * 2 + Math.floor(next() * 4) });
  }
  items.push({ row: 'node', id: SCANNER, kind: 'host', role: 'scanner', reasons: ['reached 168 hosts in 6 minutes', '0 sessions'] });
  items.push({ row: 'node', id: CONTROLLER, kind: 'host', role: 'domain controller', reasons: ['kerberos and ldap from every client'] });
  items.push({ row: 'node', id: '10.0.0.53', kind: 'host', role: 'resolver' });
  return items;
}

/** Everybody with several others: nothing folds, every edge is drawn. With a beacon in it. */
export function mesh(edges = 10000) {
  const next = random(5);
  const nodes = Math.max(10, Math.round(edges * 0.29));
  const name = (at) => `10.${1 + Math.floor(at / 60000)}.${Math.floor(at / 250) % 240}.${1 + (at % 250)}`;
  const items = [];
  for (let at = 0; at < edges - 1; at += 1) {
    const dst = at % 3 ? Math.floor(next() ** 3 * nodes) : Math.floor(next() * nodes);
    const first = START_S + Math.floor(next() * 80000);
    items.push({ row: 'edge', src: name((at * 7) % nodes), dst: name(dst), service: ['ssl', 'dns', 'smb', 'http'][at % 4], count: 1 + Math.floor(next() * 50), bytes_out: 1e4, bytes_in: 5e4, first, last: first + 3000 });
  }
  items.push({ row: 'edge', src: BEACON[0], dst: BEACON[1], service: 'ssl', count: 1440, bytes_out: 3.1e5, bytes_in: 2.4e5, first: START_S, last: START_S + 86399, score: 94, severity: 'high' });
  return items;
}

export function anomaly(edges = 500) {
  const items = office(edges - 2).map((item, at) => ({ ...item, score: at % 41 === 0 ? 12 : null }));
  items.push({ row: 'edge', src: BEACON[0], dst: BEACON[1], service: 'ssl', count: 1440, bytes_out: 3.1e5, bytes_in: 2.4e5, first: START_S, last: START_S + 86399, score: 94, severity: 'high' });
  items.push({ row: 'edge', src: '10.0.1.40', dst: 'cdn-upd.example.net', service: 'dns', count: 900, bytes_out: 9e5, bytes_in: 1e5, first: START_S + 9000, last: START_S + 30000, score: 61, severity: 'medium' });
  return items;
}

export function lateral(noise = 70) {
  const next = random(11);
  const items = [];
  for (let at = 0; at < noise; at += 1) {
    const first = START_S + Math.floor(next() * 14000);
    items.push({ row: 'edge', src: `10.0.9.${1 + (at % 3)}`, dst: `10.0.${1 + (at % 2)}.${60 + (at % 14)}`, service: ['rdp', 'ssh', 'winrm'][at % 3], count: 1, first, last: first + 900, bytes_out: 2e4, bytes_in: 5e4 });
  }
  PATH.slice(1).forEach((dst, at) => items.push({ row: 'edge', src: PATH[at], dst, service: ['rdp', 'smb', 'winrm', 'smb'][at], count: 1, first: START_S + 4000 + at * 1700, last: START_S + 5600 + at * 1700, path_id: 'p1', hop: at + 1, score: 82, severity: 'high', uid: `CHop${at}` }));
  return items;
}

export function intel(edges = 400) {
  const items = office(edges);
  TOUCHED.forEach((src, at) => items.push({ row: 'edge', src, dst: BAD, service: 'ssl', count: 12 + at, bytes_out: 4e5, bytes_in: 2e4, first: START_S + 3000 * at, last: START_S + 40000 }));
  items.push({ row: 'node', id: BAD, kind: 'host', intel: 'malicious', intel_source: 'abuse feed', severity: 'critical' });
  items.push({ row: 'node', id: '192.0.2.77', kind: 'host', intel: 'suspicious', intel_source: 'greylist' });
  return items;
}

export const HOSTILE = [
  '<img src=x onerror="window.broken=1">', '"><script>window.broken=1</script>', 'javascript:window.broken=1', '\u202eevil\u202c.example', '${window.broken=1}', '=HYPERLINK("https://x.example")',
  `${'a'.repeat(5000)}.example`, '__proto__', 'constructor', "'; drop table--", '\u0000nul',
];

export function hostile() {
  return [
    ...HOSTILE.map((name, at) => ({ row: 'edge', src: `10.0.0.${at + 1}`, dst: name, service: name.slice(0, 300), count: 3, first: START_S + at, last: START_S + at + 5, uid: name })),
    { row: 'node', id: '10.0.0.1', kind: '<b>kind</b>', role: '<i>role</i>', reasons: HOSTILE, graphistry_url: 'javascript:window.broken=1' },
  ];
}

export const WORLDS = { hubs, mesh, anomaly, lateral, intel, office, hostile };
