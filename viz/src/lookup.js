// Tables that are asked with words of a log. A plain object would answer "constructor" or "__proto__" with its own machinery.

/** The entries, without a prototype. */
export function lookup(entries) {
  return Object.freeze(Object.assign(Object.create(null), entries));
}
