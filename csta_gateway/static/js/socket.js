// The stream of events: one WebSocket, opened again with growing pauses until it holds.

/** Pauses between attempts in milliseconds; the last one repeats. */
const PAUSES = [500, 1_000, 2_000, 4_000, 8_000, 15_000];
const PING_EVERY = 25_000;
const SILENCE_LIMIT = 60_000;
const NOT_LOGGED_IN = 4001;

/** The pause before attempt number `attempt` (from 0); `spread` in [0, 1) keeps many pages from knocking at once. */
export function pauseBefore(attempt, spread) {
  return PAUSES[Math.min(attempt, PAUSES.length - 1)] * (1 + 0.3 * spread);
}

/** Keeps the stream open from `start` to `stop`; a gap in the sequence makes it start afresh with a snapshot. */
export class EventStream {
  /**
   * @param onMessage called with each message that has its turn
   * @param onStatus called with `{status, since, retryAt}` (Unix milliseconds)
   * @param onLoggedOut called when the server no longer knows the session
   */
  constructor({ onMessage, onStatus, onLoggedOut }) {
    Object.assign(this, { onMessage, onStatus, onLoggedOut });
    this.socket = null;
    this.attempt = 0;
    this.lostSince = null;
    this.wake = () => this.#hurry();
  }

  start() {
    addEventListener("online", this.wake);
    document.addEventListener("visibilitychange", this.wake);
    this.pinging = setInterval(() => this.#ping(), PING_EVERY);
    this.#open();
  }

  stop() {
    removeEventListener("online", this.wake);
    document.removeEventListener("visibilitychange", this.wake);
    clearInterval(this.pinging);
    clearTimeout(this.retry);
    this.#drop();
  }

  #open() {
    const address = new URL("api/events", document.baseURI);
    address.protocol = address.protocol.replace("http", "ws");
    const socket = new WebSocket(address);
    this.socket = socket;
    this.lastSeq = null;
    this.lastHeard = Date.now();
    // A socket that was given up must not speak any more.
    const mine = (listener) => (event) => this.socket === socket && listener(event);
    socket.addEventListener(
      "message",
      mine((event) => this.#receive(JSON.parse(event.data))),
    );
    socket.addEventListener(
      "close",
      mine((event) => this.#closed(event.code)),
    );
  }

  #receive(message) {
    this.lastHeard = Date.now();
    if (message.type === "pong") return;
    const whole = message.type === "snapshot";
    if (!whole && message.seq !== this.lastSeq + 1) return this.#reopen();
    this.lastSeq = message.seq;
    this.onMessage(message);
    if (whole) this.#opened();
  }

  #opened() {
    this.attempt = 0;
    this.lostSince = null;
    this.onStatus({ status: "open", since: Date.now(), retryAt: null });
  }

  #closed(code) {
    this.socket = null;
    if (code === NOT_LOGGED_IN) return this.onLoggedOut();
    const pause = pauseBefore(this.attempt++, Math.random());
    this.lostSince ??= Date.now();
    this.onStatus({ status: "lost", since: this.lostSince, retryAt: Date.now() + pause });
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.#open(), pause);
  }

  #reopen() {
    this.#drop();
    this.#closed(null);
  }

  #drop() {
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  /** The network or the user is back: do not sit out the rest of the pause. */
  #hurry() {
    if (document.hidden || this.socket) return;
    clearTimeout(this.retry);
    this.#open();
  }

  #ping() {
    if (this.socket?.readyState !== WebSocket.OPEN) return;
    if (Date.now() - this.lastHeard > SILENCE_LIMIT) this.#reopen();
    else this.socket.send(JSON.stringify({ type: "ping" }));
  }
}
