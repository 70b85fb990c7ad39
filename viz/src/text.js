// Texts for people. Every value of a log is hostile: control, bidirectional and invisible characters are shown as their code, long
// values are cut, and nothing here makes markup (the page is built from text nodes alone, see elements.js).

const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\ufff9-\ufffb]/g;
export const LONGEST = 200;

/** The value as it may be shown: unseen characters as \u{code}, cut at most characters. */
export function shown(value, most = LONGEST) {
  const text = value === null || value === undefined ? '' : String(value);
  const cut = text.length > most ? `${text.slice(0, most - 1)}…` : text;
  return cut.replace(UNSEEN, (character) => `\\u{${character.codePointAt(0).toString(16)}}`);
}

export function count(value) {
  return value === null || value === undefined ? '' : Math.round(value).toLocaleString('en-US');
}

export function bytes(value) {
  if (value === null || value === undefined) return '';
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let size = value;
  let at = 0;
  while (size >= 1000 && at < units.length - 1) {
    size /= 1000;
    at += 1;
  }
  return `${size >= 100 || at === 0 ? Math.round(size) : size.toFixed(1)} ${units[at]}`;
}

/** 2026-11-24 10:00:00 UTC. */
export function moment(seconds) {
  if (seconds === null || seconds === undefined) return '';
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? '' : `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

export function duration(seconds) {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172800) return `${(seconds / 3600).toFixed(1)} h`;
  return `${(seconds / 86400).toFixed(1)} d`;
}

/** One CSV cell (RFC 4180). A leading = + - @ tab or return would be run by a spreadsheet: such text gets an apostrophe. */
export function csvCell(value) {
  let text = value === null || value === undefined ? '' : String(Array.isArray(value) ? value.join('\n') : value);
  if (/^[=+\-@\t\r]/.test(text) && !/^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text)) text = `'${text}`;
  return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}

export function csv(header, rows) {
  return [header, ...rows].map((row) => row.map(csvCell).join(',')).join('\r\n') + '\r\n';
}

/** The address when it may be opened: https, a host, no user part. Else null. */
export function safeUrl(text) {
  if (typeof text !== 'string' || text.length > 4096) return null;
  try {
    const url = new URL(text.trim());
    return url.protocol === 'https:' && url.hostname && !url.username && !url.password ? url : null;
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}
