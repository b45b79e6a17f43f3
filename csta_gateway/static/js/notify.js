// Draws attention to a ringing call: spoken once, in the title, as a notification, as a sound. Never takes the focus.

import { sentence, subtitle, title } from "./caller.js";
import { setText } from "./dom.js";
import { t } from "./i18n.js";
import { Ringer } from "./ringer.js";
import { isEnded } from "./state.js";

const FLASH_EVERY = 1_000; // milliseconds

/** Announces calls; `desk.tab.primary` says whether this tab may be loud. */
export class Attention {
  constructor(desk, announcer) {
    Object.assign(this, { desk, announcer });
    this.spoken = new Map(); // call id → label last announced
    this.notes = new Map(); // call id → {note, words}
    this.ringer = new Ringer();
    this.icon = document.querySelector("link[rel=icon]");
    setInterval(() => this.#flash(), FLASH_EVERY);
  }

  update(state) {
    this.ringing = state.calls.filter(({ label, direction }) => label === "ringing" && direction === "incoming");
    this.#speak(state.calls);
    this.#notify();
    const loud = this.desk.tab.primary && this.desk.settings.get("sound") && !state.devices[0]?.do_not_disturb;
    this.ringer.ring(loud && this.ringing.length > 0);
    this.#flash();
  }

  /** Speak each state of each call once, and a ringing one when its name has been looked up. */
  #speak(calls) {
    for (const call of calls) {
      if (this.spoken.get(call.id) === call.label || (call.matches_pending && !isEnded(call))) continue;
      this.spoken.set(call.id, call.label);
      setText(this.announcer, sentence(call));
    }
    const known = new Set(calls.map(({ id }) => id));
    for (const id of this.spoken.keys()) if (!known.has(id)) this.spoken.delete(id);
  }

  #flash() {
    const [call] = this.ringing ?? [];
    const words = call && t("title.ringing", { name: title(call) });
    const plain = t("title.plain");
    document.title = words && document.title !== words ? words : call ? `● ${title(call)}` : plain;
    const picture = call ? "favicon-ringing.svg" : "favicon.svg";
    if (!this.icon.href.endsWith(picture)) this.icon.href = picture;
  }

  #notify() {
    const ids = new Set(this.ringing.map(({ id }) => id));
    for (const [id, { note }] of this.notes) {
      if (ids.has(id)) continue;
      note.close();
      this.notes.delete(id);
    }
    if (this.#mayNotify()) this.ringing.forEach((call) => this.#note(call));
  }

  #mayNotify() {
    const allowed = "Notification" in window && Notification.permission === "granted";
    return allowed && this.desk.tab.primary && this.desk.settings.get("notifications") !== false;
  }

  #note(call) {
    const words = `${title(call)}\n${subtitle(call)}`;
    if (this.notes.get(call.id)?.words === words) return;
    // The same tag replaces the note in place when the name arrives after the first ring.
    const note = new Notification(t("title.ringing", { name: title(call) }), {
      body: subtitle(call),
      tag: `call ${call.id}`,
      requireInteraction: true,
      silent: true,
      icon: "favicon.svg",
    });
    note.addEventListener("click", () => this.#clicked(call, note));
    this.notes.set(call.id, { note, words });
  }

  #clicked(call, note) {
    window.focus();
    note.close();
    if (this.desk.settings.get("notificationAnswers")) this.desk.press(call, "answer");
  }
}
