// Several tabs, one telephone: one tab is the primary one and rings, notifies and opens; the others follow silently.

const NAME = "csta-gateway";

/** Takes part in the choice of the primary tab and hands numbers to it. */
export class Tab {
  /** @param onNumber called in the primary tab with a number another tab was opened for */
  constructor(onNumber) {
    this.primary = !navigator.locks; // without locks (plain http on a foreign host) each tab stands alone
    this.channel = new BroadcastChannel(NAME);
    this.channel.addEventListener("message", ({ data }) => this.primary && data.number && onNumber(data.number));
    // The lock is held as long as the page lives; the browser then gives it to the tab that waits longest.
    navigator.locks?.request(NAME, () => this.#lead());
  }

  /** Give a number to the primary tab; tells whether there is another one to take it. */
  async handOver(number) {
    const { held = [] } = (await navigator.locks?.query()) ?? {};
    if (this.primary || !held.some(({ name }) => name === NAME)) return false;
    this.channel.postMessage({ number });
    return true;
  }

  #lead() {
    this.primary = true;
    return new Promise(() => {});
  }
}
