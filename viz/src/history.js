// The viewer's state: one frozen object, replaced on each act, the ones before kept for undo.

const KEPT = 100;

export class History {
  constructor(state) {
    this.state = Object.freeze({ ...state });
    this.past = [];
  }

  /** Replace parts of the state. An act that changes nothing leaves nothing to undo. */
  act(change) {
    const next = Object.freeze({ ...this.state, ...change });
    if (Object.keys(change).every((key) => JSON.stringify(this.state[key]) === JSON.stringify(next[key]))) return false;
    this.past.push(this.state);
    if (this.past.length > KEPT) this.past.shift();
    this.state = next;
    return true;
  }

  /** Like act, but not to be undone: hover, play, what the mouse drags through. */
  pass(change) {
    this.state = Object.freeze({ ...this.state, ...change });
  }

  /** Back to before the last act; false when there is none. */
  undo() {
    if (!this.past.length) return false;
    this.state = this.past.pop();
    return true;
  }
}
