// The settings dialog. Changes hold at once and stay in this browser; only the language belongs to the user.

import { h } from "./dom.js";
import { currentLanguage, LANGUAGES, t } from "./i18n.js";
import { TRIGGERS, WAYS } from "./pop.js";
import { webLinks } from "./weblinks.js";

const THEMES = ["auto", "light", "dark"];
const SWITCHES = ["notifications", "notificationAnswers", "sound"];
/** Means something only beside the page of a CRM. */
const IN_A_FRAME = ["pinned"];

/**
 * The dialog; `desk` is the page's, `support` are its rows for administrators, `on` is a table:
 * `language(language)`, `logout()`, `changed(name, value)`.
 */
export class Preferences {
  constructor(desk, version, support, on) {
    const { settings } = desk;
    Object.assign(this, { settings, session: desk.state().session, support, on });
    const close = h("button", { class: "button button--solid", value: "close" }, t("close"));
    const logout = h(
      "button",
      { class: "button button--outline", value: "logout", on: { click: () => on.logout() } },
      t("settings.logout"),
    );
    this.element = h(
      "dialog",
      { class: "dialog", "aria-labelledby": "settings-title" },
      h(
        "form",
        { method: "dialog" },
        h("h2", { id: "settings-title", class: "dialog__title" }, t("settings.title")),
        this.#choice("language", languageOptions(), (language) => on.language(language)),
        this.#choice("theme", themeOptions(settings), (theme) => this.#set("theme", theme)),
        [...SWITCHES, ...(desk.embedding.active ? IN_A_FRAME : [])].map((name) => this.#switch(name)),
        h("h3", { class: "heading" }, t("pop.title")),
        WAYS.map((way) => this.#trigger(way)),
        webLinks(),
        support.element,
        h("p", { class: "dialog__words numbers" }, t("settings.version", { version })),
        h("div", { class: "dialog__buttons" }, logout, close),
      ),
    );
  }

  open() {
    this.element.showModal();
    this.support.load();
  }

  #set(name, value) {
    this.settings.set(name, value);
    this.on.changed(name, value);
  }

  /** When the page of the CRM opens for calls of one way; the first choice is what the administrator has set. */
  #trigger(way) {
    const given = t(`pop.${this.session.triggers[way]}`);
    const chosen = this.settings.get("triggers")[way] ?? "";
    const options = [h("option", { value: "" }, t("pop.given", { trigger: given }))];
    options.push(...TRIGGERS.map((value) => h("option", { value, selected: value === chosen }, t(`pop.${value}`))));
    const pick = (trigger) => {
      const { [way]: _before, ...others } = this.settings.get("triggers");
      this.#set("triggers", trigger ? { ...others, [way]: trigger } : others);
    };
    const row = this.#row(`setting-pop-${way}`, t(`way.${way}`), options, pick);
    row.classList.add("setting--tall");
    return row;
  }

  #choice(name, options, pick) {
    return this.#row(`setting-${name}`, t(`settings.${name}`), options, pick);
  }

  #row(id, label, options, pick) {
    const select = h("select", { class: "field", id, on: { change: () => pick(select.value) } }, options);
    return h("div", { class: "setting" }, h("label", { for: id }, label), select);
  }

  #switch(name) {
    const box = h("input", {
      type: "checkbox",
      class: "switch",
      id: `setting-${name}`,
      checked: Boolean(this.settings.get(name)),
    });
    box.addEventListener("change", () => this.#set(name, box.checked));
    return h("div", { class: "setting" }, h("label", { for: box.id }, t(`settings.${name}`)), box);
  }
}

function languageOptions() {
  return LANGUAGES.map((value) =>
    h("option", { value, selected: value === currentLanguage() }, t(`language.${value}`)),
  );
}

function themeOptions(settings) {
  return THEMES.map((value) => h("option", { value, selected: value === settings.get("theme") }, t(`theme.${value}`)));
}
