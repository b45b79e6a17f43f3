// Several tabs, one telephone: one tab is the primary one and rings, notifies and opens; the others follow silently.

const NAME = "csta-gateway";
/** How long the other tabs have to say that somebody can see them, in milliseconds. */
const PATIENCE = 300;

/** Takes part in the choice of the primary tab, and gives numbers to a tab somebody can see. */
export class Tab {
  /** @param desk `{ready(), prepare(number)}`: whether a user is logged in here, and what takes a number */
  constructor(desk) {
    this.desk = desk;
    this.id = `${Math.random()}`;
    this.primary = !navigator.locks; // without locks (plain http on a foreign host) each tab stands alone
    this.taken = () => {};
    this.channel = new BroadcastChannel(NAME);
    this.channel.addEventListener("message", ({ data }) => this.#hear(data));
    // The lock is held as long as the page lives; the browser then gives it to the tab that waits longest.
    navigator.locks?.request(NAME, () => this.#lead());
  }

  /** Give a number to another tab that is in sight, beside the page it was clicked on; tells whether there is one. */
  handOver(number) {
    return new Promise((resolve) => {
      const late = setTimeout(() => resolve(false), PATIENCE);
      this.taken = (other) => {
        this.taken = () => {}; // the first one gets it
        clearTimeout(late);
        this.channel.postMessage({ to: other, number });
        resolve(true);
      };
      this.channel.postMessage({ who: this.id });
    });
  }

  /** A tab in the background may not come to the front by itself: a number there would be lost to its user. */
  #hear({ who, to, here, number }) {
    const seen = document.visibilityState === "visible" && this.desk.ready();
    if (who && seen) this.channel.postMessage({ to: who, here: this.id });
    if (to !== this.id) return;
    if (here) this.taken(here);
    if (number) this.desk.prepare(number);
  }

  #lead() {
    this.primary = true;
    return new Promise(() => {});
  }
}
