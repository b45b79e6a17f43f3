// Draws attention to a ringing call: spoken once, in the title, as a notification, as a sound. Never takes the focus.

import { sentence, title } from "./caller.js";
import { setText } from "./dom.js";
import { t } from "./i18n.js";
import { Notes } from "./notes.js";
import { Ringer } from "./ringer.js";
import { isEnded } from "./state.js";

const FLASH_EVERY = 1_000; // milliseconds

/** Announces calls; `desk.tab.primary` says whether this tab may be loud. */
export class Attention {
  constructor(desk, announcer) {
    Object.assign(this, { desk, announcer });
    this.spoken = new Map(); // call id → label last announced
    this.notes = new Notes((id, action) => this.#pressed(id, action));
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
    this.notes.prepare();
    this.notes.keep(new Set(this.ringing.map(({ id }) => id)));
    const wanted = Notes.allowed && this.desk.tab.primary && this.desk.settings.get("notifications") !== false;
    if (wanted) this.ringing.forEach((call) => this.notes.show(call));
  }

  /** A button of a notification does what it says; a click beside it answers only for those who have chosen so. */
  #pressed(id, action) {
    const call = this.ringing.find((ringing) => ringing.id === id);
    const wanted = action || (this.desk.settings.get("notificationAnswers") ? "answer" : null);
    if (call && wanted && this.desk.tab.primary) this.desk.press(call, wanted);
  }
}
