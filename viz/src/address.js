// What an address or a name says of itself: inside the site or not. The same private ranges as zeekhunt.zeek uses by default
// (RFC 1918, 6598, 3927, 4193, 4291); a site's own ranges come with the role or group columns, which win.

const V4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

export function isAddress(text) {
  return V4.test(text) || (text.includes(':') && /^[0-9a-f:.]+(%\w+)?$/i.test(text));
}

export function isExternal(text) {
  const match = V4.exec(text);
  if (match) {
    const [a, b] = [Number(match[1]), Number(match[2])];
    const inside = a === 10 || a === 127 || a === 0 || a >= 224 || (a === 172 && b >= 16 && b <= 31) || (a === 192 && b === 168);
    return !(inside || (a === 169 && b === 254) || (a === 100 && b >= 64 && b <= 127));
  }
  return isAddress(text) && !/^(f[cdef]|::1?$)/i.test(text);
}

/** A name that only hosts outside have: dotted, its last label of letters, not one of the suffixes for local use. */
export function isDomain(text) {
  return /^[^\s:/\\@]+\.[a-z][a-z0-9-]+\.?$/i.test(text) && !/\.(local|lan|internal|corp|home|localdomain|arpa)\.?$/i.test(text);
}
