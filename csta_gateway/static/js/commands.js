// What the user can do with calls. A pressed action answers at once, is confirmed by an event and is never sent twice.

/** How long a confirmed action waits for its event before the button comes back, in milliseconds. */
const EVENT_PATIENCE = 3_000;

/** Sends the user's actions and keeps what is under way in the store. */
export class Commands {
  constructor(store, api) {
    this.store = store;
    this.api = api;
  }

  /** Do `action` with a call; gives whether it worked. Failures are shown on the card of the call. */
  async act(call, action, body) {
    if (this.store.state.pending[call.id]) return false;
    this.store.dispatch({ type: "press", id: call.id, action });
    try {
      await this.api.act(call.id, action, body);
    } catch (error) {
      this.store.dispatch({ type: "failed", id: call.id, message: error.message });
      return false;
    }
    setTimeout(() => this.#settle(call.id, action), EVENT_PATIENCE);
    return true;
  }

  /** Send one digit after the other; digits do not change the call, so nothing waits for an event. */
  async sendDigits(call, digits) {
    try {
      await this.api.act(call.id, "digits", { digits });
    } catch (error) {
      this.store.dispatch({ type: "failed", id: call.id, message: error.message });
    }
  }

  #settle(id, action) {
    if (this.store.state.pending[id] === action) this.store.dispatch({ type: "settled", id });
  }
}
