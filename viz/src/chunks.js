// Rows arrive in pieces: Splunk hands over at most `count` rows, more is asked for by offset, and until meta.done is true what comes
// is a preview that the next piece replaces. Collects them and says what to ask for next.

export const CHUNK_ROWS = 10000;
export const MOST_ROWS = 50000;

export class Chunks {
  constructor(chunk = CHUNK_ROWS, most = MOST_ROWS) {
    this.chunk = chunk;
    this.most = most;
    this.clear();
  }

  clear() {
    this.fields = [];
    this.rows = [];
    this.offset = 0;
    this.complete = false;
    this.cut = false;
  }

  /**
   * Takes one answer: {fields, rows, meta}. Returns the offset of the piece to ask for, or null when nothing is left to ask for.
   * An answer whose columns differ from the ones before, or that comes when all was there, belongs to another search; Splunk still
   * asks that one from the last offset, so its first answer is let go and 0 is returned: ask from the start.
   */
  take(data) {
    const fields = (data.fields || []).map((field) => (typeof field === 'string' ? field : field.name));
    const rows = data.rows || [];
    const done = !data.meta || data.meta.done !== false;
    const another = !done || this.complete || (fields.length > 0 && fields.join('\n') !== this.fields.join('\n'));
    if (another && this.offset > 0) {
      this.clear();
      return 0;
    }
    if (this.offset === 0) {
      this.clear();
      this.fields = fields;
    }
    this.rows = this.offset === 0 ? rows.slice() : this.rows.concat(rows);
    if (!done) return null;
    if (rows.length < this.chunk) {
      this.complete = true;
      return null;
    }
    if (this.rows.length >= this.most) {
      this.rows.length = this.most;
      this.complete = true;
      this.cut = true;
      return null;
    }
    this.offset = this.rows.length;
    return this.offset;
  }
}
