// Notifications of ringing calls: with buttons where the browser has a service worker for us, plain ones elsewhere.

import { wordOf } from "./actions.js";
import { subtitle, title } from "./caller.js";
import { t } from "./i18n.js";

const WORKER = new URL("../notifications.js", import.meta.url);
/** What a notification has buttons for; systems show two at most. */
const BUTTONS = ["answer", "clear"];

/** Shows one notification for each call; `pressed(call id, action)` hears of a click, `action` is empty beside the buttons. */
export class Notes {
  constructor(pressed) {
    this.pressed = pressed;
    this.shown = new Map(); // call id → {words, close}
    this.worker = null;
  }

  /** Whether the user lets the browser show any. */
  static get allowed() {
    return "Notification" in window && Notification.permission === "granted";
  }

  /** Get the service worker ready; without https or in a private window there may be none, and notes have no buttons. */
  async prepare() {
    if (this.asked || !Notes.allowed || !navigator.serviceWorker) return;
    this.asked = true;
    navigator.serviceWorker.addEventListener("message", ({ data }) => this.pressed(data.call, data.action));
    try {
      await navigator.serviceWorker.register(WORKER);
      this.worker = await navigator.serviceWorker.ready;
    } catch {
      this.worker = null;
    }
  }

  /** Show a call, or what is new about it: the same tag replaces its note in place. */
  show(call) {
    const words = `${title(call)}\n${subtitle(call)}`;
    if (this.shown.get(call.id)?.words === words) return;
    const content = { body: subtitle(call), tag: `call ${call.id}`, icon: "favicon.svg" };
    const manner = { requireInteraction: true, silent: true };
    const show = this.worker ? this.#withButtons : this.#plain;
    const close = show.call(this, t("title.ringing", { name: title(call) }), { ...content, ...manner }, call);
    this.shown.set(call.id, { words, close });
  }

  /** Take away all but those of these calls. */
  keep(ids) {
    for (const [id, { close }] of this.shown) {
      if (ids.has(id)) continue;
      this.shown.delete(id);
      close();
    }
  }

  #plain(heading, options, { id }) {
    const note = new Notification(heading, options);
    note.addEventListener("click", () => {
      window.focus();
      note.close();
      this.pressed(id, "");
    });
    return () => note.close();
  }

  #withButtons(heading, options, call) {
    const { worker } = this;
    const actions = BUTTONS.filter((action) => call.actions.includes(action)).map((action) => ({
      action,
      title: t(wordOf(action, call)),
    }));
    const withButtons = { ...options, actions, data: { call: call.id } };
    const shown = worker.showNotification(heading, withButtons).catch(() => this.#plain(heading, options, call));
    return async () => {
      (await shown)?.(); // what is not there yet cannot be closed
      for (const note of await worker.getNotifications({ tag: options.tag })) note.close();
    };
  }
}
