// The findings of zeeklateral: one row a path ("A > B > C") with one sentence a hop. Made into one edge a hop, so that they can be
// drawn without another search. The time and protocol of a hop stand in its sentence ("A reaches B: 2026-11-24 10:00:00 smb ...").

const HOP = /^(\S+) reaches (\S+): (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) (\S+)/;

/** Edges of the path, in order; hops without a readable sentence are spread evenly between first and last. Empty when it is no path. */
export function hopsOf(path, story, read) {
  const hosts = path.split(' > ').map((host) => host.trim()).filter(Boolean);
  if (hosts.length < 2) return [];
  const [first, last] = [read.time('first'), read.time('last')];
  const score = read.number('score') ?? 0;
  return hosts.slice(1).map((dst, at) => {
    const told = HOP.exec(story[at] || '');
    const even = first === null ? null : first + ((last ?? first) - first) * (at / Math.max(1, hosts.length - 1));
    const start = told ? Date.parse(`${told[3].replace(' ', 'T')}Z`) / 1000 : even;
    return {
      src: hosts[at],
      dst,
      service: told ? told[4].toLowerCase() : read.list('service')[at] || 'other',
      first: start,
      last: start,
      hop: at + 1,
      pathId: `${path} ${first ?? ''}`,
      count: 1,
      score,
      severity: Math.max(1, Math.min(4, Math.round(score / 25))),
      told: story[at] || '',
      bytesOut: null,
      bytesIn: null,
    };
  });
}
