// The menu that sends calls elsewhere: always, when busy, when nobody answers.

import { h, setAttribute, setText } from "./dom.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { Picker } from "./picker.js";

/** Forwarding types of ECMA-269 the page offers; others that are set are shown and can be ended. */
const TYPES = ["forwardImmediate", "forwardBusy", "forwardNoAns"];

/** Button and menu; `update(device, state)` shows what is set. */
export function forwardingMenu(desk) {
  const rows = TYPES.map((type) => new Row(type, desk));
  const menu = h(
    "div",
    { id: "forwarding-menu", class: "menu menu--forwarding", popover: "auto" },
    h("h2", { class: "heading" }, t("forwarding.title")),
    rows.map(({ element }) => element),
  );
  const word = h("span", { class: "header__word numbers" });
  const button = h(
    "button",
    { type: "button", class: "button button--icon", popovertarget: "forwarding-menu", hidden: true },
    icon("forward"),
    word,
  );
  const update = (device, state) => {
    const asleep = desk.asleep();
    if (!asleep) button.hidden = !device?.capabilities.includes("setForwarding"); // else it stays as it was
    const active = Object.values(device?.forwarding ?? {})[0];
    const label = active ? t("forwarding.on", { number: active }) : t("forwarding.off");
    setText(word, active ?? "");
    setAttribute(button, "aria-label", label);
    setAttribute(button, "title", asleep ?? label);
    setAttribute(button, "disabled", Boolean(asleep));
    setAttribute(button, "data-on", Boolean(active));
    rows.forEach((row) => row.update(device, state));
  };
  return { button, menu, update };
}

class Row {
  constructor(type, desk) {
    Object.assign(this, { type, desk });
    this.picker = new Picker({
      label: t("dial.field"),
      search: (text) => desk.directory.search(text),
      onSubmit: () => this.#set(this.picker.number || null),
    });
    this.state = h("span", { class: "forwarding__state numbers" });
    this.end = h(
      "button",
      { type: "button", class: "button button--outline", on: { click: () => this.#set(null) } },
      t("forwarding.end"),
    );
    this.begin = h(
      "button",
      { type: "button", class: "button button--outline", on: { click: () => this.#begin() } },
      t("forwarding.begin"),
    );
    this.failure = h("p", { class: "card__failure", role: "alert", hidden: true });
    this.element = h(
      "div",
      { class: "forwarding", role: "group", "aria-label": t(`forwarding.${type}`) },
      h("span", { class: "forwarding__type" }, t(`forwarding.${type}`)),
      this.state,
      this.picker.element,
      this.begin,
      this.end,
      this.failure,
    );
  }

  update(device) {
    this.device = device;
    const destination = device?.forwarding?.[this.type];
    setText(this.state, destination ? t("forwarding.to", { number: destination }) : "");
    this.end.hidden = !destination;
    this.begin.hidden = this.picker.element.hidden = Boolean(destination);
    for (const button of [this.begin, this.end]) setAttribute(button, "disabled", Boolean(this.desk.asleep()));
  }

  #begin() {
    if (this.picker.number) this.#set(this.picker.number);
    else this.picker.focus();
  }

  async #set(destination) {
    if (!destination && this.end.hidden) return this.picker.focus();
    this.failure.hidden = true;
    try {
      await this.desk.api.setForwarding(this.device.id, this.type, destination);
      this.picker.clear();
    } catch (error) {
      setText(this.failure, error.message);
      this.failure.hidden = false;
    }
  }
}
