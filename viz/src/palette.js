// Colours of both themes. They differ in lightness as well as in hue, and a shape or a ring repeats each of them (glyphs.js).

import { lookup } from './lookup.js';

export const THEMES = {
  dark: { ground: '#171b21', ink: '#e6e9ee', faint: '#8b93a1', line: '#3a424f', quiet: '#444d5a', halo: '#171b21', mark: '#ffffff' },
  light: { ground: '#ffffff', ink: '#1d232b', faint: '#5b6573', line: '#c9d0d9', quiet: '#c2c9d3', halo: '#ffffff', mark: '#1d232b' },
};

export const CATEGORIES = lookup({
  client: '#4C78A8', server: '#F58518', both: '#D67195', external: '#9D9DA6', domain: '#72B7B2', user: '#54A24B', file: '#B279A2',
  hash: '#B279A2', certificate: '#EECA3B', scanner: '#E45756', resolver: '#72B7B2', 'domain controller': '#F2CF5B', proxy: '#9ECAE9',
  'jump host': '#FF9DA6', printer: '#BAB0AC', backup: '#88D27A', deployment: '#C3A6D8', other: '#8F949E',
});
export const INTEL = lookup({ malicious: '#E41E26', suspicious: '#FF9F1C', none: '#8F949E' });
export const SERVICES = lookup({
  dns: '#6E8CAA', http: '#5AA05A', ssl: '#50AAAA', smb: '#E6AA28', rdp: '#DC3C78', ssh: '#965ADC', kerberos: '#C0A0FF', ntlm: '#C0A0FF',
  winrm: '#3FA7F5', dce_rpc: '#D98A5F', other: '#7A7F87',
});
const SAME = lookup({ tls: 'ssl', https: 'ssl', quic: 'ssl', krb: 'kerberos', krb_tcp: 'kerberos', gssapi: 'kerberos', 'dce-rpc': 'dce_rpc', wmi: 'dce_rpc' });
const SCORE_RAMP = ['#5b8def', '#f2c14e', '#e4572e'];
const HOP_RAMP = { dark: ['#6fc3ff', '#c792ff', '#ff6f91'], light: ['#1173c4', '#7b3fc4', '#c81e4f'] };

export function serviceColour(service) {
  const first = service.split(/[+,]/)[0];
  return SERVICES[SAME[first] || first] || SERVICES.other;
}

/** The service in the words of the palette: tls and https are ssl. */
export function serviceName(service) {
  const first = service.split(/[+,]/)[0];
  return SAME[first] || first;
}

export function categoryColour(category) {
  return CATEGORIES[category] || CATEGORIES.other;
}

export function mix(a, b, share) {
  const parse = (text) => [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16));
  const [from, to] = [parse(a), parse(b)];
  return `#${from.map((value, at) => Math.round(value + (to[at] - value) * share).toString(16).padStart(2, '0')).join('')}`;
}

function ramp(stops, share) {
  const at = Math.max(0, Math.min(1, share)) * (stops.length - 1);
  const below = Math.min(stops.length - 2, Math.floor(at));
  return mix(stops[below], stops[below + 1], at - below);
}

/** blue, yellow, red for a score of 0 to 100. */
export function scoreColour(score) {
  return ramp(SCORE_RAMP, score / 100);
}

/** early to late, for a share of the path in 0..1. */
export function hopColour(share, theme) {
  return ramp(HOP_RAMP[theme], share);
}
