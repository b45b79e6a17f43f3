// Holds the state and tells the parts of the page when it changed.

import { INITIAL, reduce } from "./state.js";

/** The one place where state changes: `dispatch` a message, be told by `subscribe`. */
export class Store {
  constructor() {
    this.state = INITIAL;
    this.listeners = new Set();
  }

  dispatch(message) {
    const before = this.state;
    this.state = reduce(before, message);
    if (this.state === before) return;
    for (const listener of [...this.listeners]) listener(this.state, before, message);
  }

  /** Call `listener(state, before, message)` after each change; returns a function that ends it. */
  subscribe(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
