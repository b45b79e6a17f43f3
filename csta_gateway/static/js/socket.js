// The stream of events: one WebSocket, opened again with growing pauses until it holds, and taken up where it broke off.

/** Pauses between attempts in milliseconds; the last one repeats. */
const PAUSES = [500, 1_000, 2_000, 4_000, 8_000, 15_000];
const PING_EVERY = 25_000;
const SILENCE_LIMIT = 60_000;
const NOT_LOGGED_IN = 4001;
const CTI_OFF = 4003;
/** How often the gateway is asked whether CTI is switched on again, in milliseconds. */
const OFF_PAUSE = 30_000;
const RESTART = 1012;
/** Messages that say where in the stream the page stands; every other one has the next number. */
const STANDS = ["snapshot", "resumed"];

/** The pause before attempt number `attempt` (from 0); `spread` in [0, 1) keeps many pages from knocking at once. */
export function pauseBefore(attempt, spread) {
  return PAUSES[Math.min(attempt, PAUSES.length - 1)] * (1 + 0.3 * spread);
}

/** Keeps the stream open from `start` to `stop`; after a loss or a gap the server goes on from the last number, or sends a snapshot. */
export class EventStream {
  /**
   * @param onMessage called with each message that has its turn
   * @param onStatus called with `{status, since, retryAt}` (Unix milliseconds)
   * @param onBack called after a loss with `{since, kind}`: `resumed` (nothing is missing), `restarted` or `renewed`
   * @param onLoggedOut called when the server no longer knows the session
   * @param onRefused called when an attempt after a loss fails; a browser does not say why
   * @param onCtiOff called when CTI is switched off for the user; once it is on again there is a message
   */
  constructor({ onMessage, onStatus, onBack, onLoggedOut, onRefused, onCtiOff }) {
    Object.assign(this, { onMessage, onStatus, onBack, onLoggedOut, onRefused, onCtiOff });
    this.socket = null;
    this.position = null; // {stream, seq} of the last message
    this.attempt = 0;
    this.lostSince = null;
    this.restarting = false;
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
    if (this.position) address.search = new URLSearchParams({ stream: this.position.stream, since: this.position.seq });
    const socket = new WebSocket(address);
    this.socket = socket;
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
    const stands = STANDS.includes(message.type);
    if (!stands && message.seq !== this.position?.seq + 1) return this.#reopen();
    this.position = { stream: message.stream ?? this.position.stream, seq: message.seq };
    this.onMessage(message);
    if (stands) this.#opened(message.type);
  }

  #opened(how) {
    const since = this.lostSince;
    const kind = how === "snapshot" ? (this.restarting ? "restarted" : "renewed") : how;
    this.attempt = 0;
    this.lostSince = null;
    this.restarting = false;
    this.onStatus({ status: "open", since: Date.now(), retryAt: null });
    if (since) this.onBack({ since, kind });
  }

  #closed(code) {
    this.socket = null;
    if (code === NOT_LOGGED_IN) return this.onLoggedOut();
    if (code === CTI_OFF) return this.#wait();
    this.restarting ||= code === RESTART;
    const pause = pauseBefore(this.attempt++, Math.random());
    this.lostSince ??= Date.now();
    this.onStatus({ status: "lost", since: this.lostSince, retryAt: Date.now() + pause });
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.#open(), pause);
    if (this.attempt > 1) this.onRefused();
  }

  /** There is nothing to follow, so nothing is lost; what comes after it begins anew. */
  #wait() {
    Object.assign(this, { position: null, lostSince: null, attempt: 0 });
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.#open(), OFF_PAUSE);
    this.onCtiOff();
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
