// The head of the page: state of the link, who I am, do-not-disturb, forwarding, settings.

import { h, setAttribute, setText } from "./dom.js";
import { forwardingMenu } from "./forwarding.js";
import { t } from "./i18n.js";
import { iconButton } from "./icons.js";
import { linkSentence, linkTone, missingSentence } from "./linkstate.js";

/** The header; every button in it has a name, a state and words for both. */
export class Header {
  constructor(desk, { onSettings, onKeys }) {
    this.desk = desk;
    this.dot = h("span", { class: "dot" });
    this.linkWords = h("p", { class: "menu__words" });
    this.linkNotes = h("p", { class: "menu__words menu__notes" });
    this.name = h("span", { class: "me__name" });
    this.extension = h("span", { class: "me__extension numbers" });
    this.quiet = iconButton("moon", t("dnd.title"), () => this.#toggleQuiet());
    this.forwarding = forwardingMenu(desk);
    this.element = h(
      "header",
      { class: "header" },
      this.#me(),
      h("div", { class: "header__tools" }, this.#tools(onSettings, onKeys)),
    );
  }

  update(state) {
    const [device] = state.devices;
    this.state = state;
    setText(this.name, state.session.user.name);
    setText(this.extension, (device ?? state.session.user.devices[0])?.id ?? "");
    this.#showLink(state);
    this.#showQuiet(device);
    this.forwarding.update(device, state);
  }

  /** The sentence about the link counts down to the next attempt. */
  tick() {
    if (this.state) this.#showLink(this.state);
  }

  #me() {
    const menu = h("div", { id: "link-menu", class: "menu", popover: "auto" }, this.linkWords, this.linkNotes);
    this.me = h(
      "button",
      { type: "button", class: "me", popovertarget: "link-menu" },
      this.dot,
      this.extension,
      this.name,
    );
    return [this.me, menu];
  }

  #tools(onSettings, onKeys) {
    const keys = iconButton("keyboard", t("keys.title"), onKeys);
    keys.classList.add("wide-only");
    return [
      this.quiet,
      this.forwarding.button,
      this.forwarding.menu,
      keys,
      iconButton("settings", t("settings.title"), onSettings),
    ];
  }

  #showLink(state) {
    const sentence = linkSentence(state, this.desk.now());
    setAttribute(this.dot, "data-tone", linkTone(state));
    setText(this.linkWords, sentence);
    setText(this.linkNotes, missingSentence(state));
    setAttribute(this.me, "title", sentence);
    setAttribute(this.me, "aria-label", `${this.extension.textContent} ${this.name.textContent}: ${sentence}`);
  }

  #showQuiet(device) {
    const on = device?.do_not_disturb;
    this.quiet.hidden = on === null || on === undefined;
    const asleep = this.desk.asleep();
    setAttribute(this.quiet, "aria-pressed", on ? "true" : "false");
    setAttribute(this.quiet, "title", asleep ?? t(on ? "dnd.on" : "dnd.off"));
    setAttribute(this.quiet, "disabled", Boolean(asleep));
  }

  async #toggleQuiet() {
    const [device] = this.state.devices;
    setAttribute(this.quiet, "aria-busy", "true");
    try {
      await this.desk.api.setDoNotDisturb(device.id, !device.do_not_disturb);
    } catch (error) {
      this.desk.complain(error);
    }
    setAttribute(this.quiet, "aria-busy", null);
  }
}
