// The call screen of a logged-in user: its parts, where they stand, and what connects them.

import { Banner } from "./banner.js";
import { Calls, showTimers } from "./calls.js";
import { Detail } from "./detail.js";
import { DialField } from "./dial.js";
import { h, setText } from "./dom.js";
import { Header } from "./header.js";
import { t } from "./i18n.js";
import { Journal } from "./journal.js";
import { showsMissed } from "./journalfilter.js";
import { Keys, KeysDialog } from "./keys.js";
import { Colleagues, Contacts } from "./people.js";
import { Preferences } from "./preferences.js";
import { Support } from "./support.js";
import { Tabs } from "./tabs.js";
import { selectedCall, unseenMissed } from "./state.js";

/** All parts; built anew when the language changes, kept otherwise. */
export class Screen {
  /** @param on table: `language(language)`, `logout()`, `changed(name, value)` of the settings dialog */
  constructor(desk, on) {
    this.desk = desk;
    this.banner = new Banner(desk);
    this.dial = new DialField(desk);
    this.calls = new Calls(desk);
    this.journal = new Journal(desk);
    this.detail = new Detail(desk);
    this.people = [new Contacts(desk), new Colleagues(desk)];
    this.missed = h("span", { class: "count numbers", hidden: true });
    this.tabs = this.#tabs();
    const version = desk.state().version ?? desk.state().session.version;
    this.preferences = new Preferences(desk, version, new Support(desk), on);
    this.help = new KeysDialog(desk.keys, desk.settings);
    this.header = new Header(desk, { onSettings: () => this.preferences.open(), onKeys: () => this.help.open() });
    this.parts = [this.header, this.banner, this.dial, this.calls, this.journal, ...this.people, this.detail];
    this.element = this.#frame();
  }

  update(state) {
    for (const part of this.parts) part.update(state);
    this.#countMissed(state);
    this.#showTimes();
  }

  /** Go to the note of the call shown at large, wherever it is in sight. */
  write() {
    const call = selectedCall(this.desk.state());
    if (call && !this.detail.write()) this.calls.write(call);
  }

  /** Once a second: timers and countdowns. */
  tick() {
    this.header.tick();
    this.banner.tick();
    this.#showTimes();
  }

  #showTimes() {
    showTimers(this.calls.list, this.desk.now());
  }

  #tabs() {
    const [contacts, colleagues] = this.people;
    const tabs = [
      { key: "journal", label: t("journal.title"), content: this.journal.element, count: this.missed },
      { key: "contacts", label: t("contacts.title"), content: contacts.element },
      { key: "colleagues", label: t("colleagues.title"), content: colleagues.element },
    ];
    return new Tabs(t("lists.title"), tabs, (key) => key === "journal" || this.#seen());
  }

  /** Missed calls count as seen when the user leaves the journal or acts on the page while it shows them. */
  #seen() {
    const { journal, search } = this.desk.state();
    if (search && !showsMissed(search.filter)) return;
    const newest = journal.entries[0]?.began ?? 0;
    this.desk.dispatch({ type: "journal_seen", until: newest });
    this.desk.settings.set("journalSeen", newest);
  }

  #countMissed(state) {
    const missed = unseenMissed(state);
    this.missed.hidden = missed === 0;
    setText(this.missed, String(missed));
    this.missed.title = t("journal.unseen");
  }

  #frame() {
    const title = h("h1", { class: "unseen" }, t("login.title"));
    const main = h("main", { class: "desk" }, title, this.dial.element, this.calls.element, this.tabs.element);
    this.journal.element.addEventListener("click", () => this.#seen());
    const columns = h("div", { class: "columns" }, main, this.detail.element);
    const withoutCti = h("main", { class: "desk" }, title, h("p", { class: "cards__empty" }, t("cti.off")));
    return h(
      "div",
      { class: "screen" },
      this.header.element,
      this.banner.element,
      this.desk.state().session.user.cti_enabled ? columns : withoutCti,
      this.preferences.element,
      this.help.element,
    );
  }
}

/** The keys, bound to the parts of whatever screen stands now. */
export function bindKeys(desk, settings, screenNow) {
  return new Keys(desk, settings, {
    dial: () => screenNow().dial.focus(),
    note: () => screenNow().write(),
    help: () => screenNow().help.open(),
  });
}
