// One line above everything else when something needs to be known: link lost, new version, a failure, a question.

import { h, setAttribute, setText } from "./dom.js";
import { t } from "./i18n.js";
import { icon, iconButton } from "./icons.js";
import { detourSentence, linkSentence, linkTone } from "./linkstate.js";

/** The strip of notices. */
export class Banner {
  constructor(desk) {
    this.desk = desk;
    this.link = h("p", { class: "notice__words" });
    this.linkNotice = h(
      "div",
      { class: "notice", "data-tone": "stop", role: "status", hidden: true },
      icon("warning"),
      this.link,
    );
    this.others = h("div", { class: "notices__others" });
    this.element = h("div", { class: "notices" }, this.linkNotice, this.others);
  }

  update(state) {
    this.state = state;
    this.tick();
  }

  /** The sentence about the link counts down; the other notices stand still. */
  tick() {
    if (!this.state) return;
    const bad = linkTone(this.state) === "bad";
    const sentence = bad ? linkSentence(this.state, this.desk.now()) : detourSentence(this.state);
    this.linkNotice.hidden = !sentence;
    setAttribute(this.linkNotice, "data-tone", bad ? "stop" : "plain");
    setText(this.link, sentence);
  }

  /** Show a sentence until it is closed, once per `key`; `choices` are `{label, run}` buttons or `{label, href}` links. */
  show({ key, sentence, tone = "plain", choices = [] }) {
    this.close(key);
    const close = iconButton("close", t("close"), () => this.close(key));
    const buttons = choices.map((choice) => this.#choice(key, choice));
    const notice = h("div", {
      class: "notice",
      "data-tone": tone,
      "data-key": key,
      role: tone === "stop" ? "alert" : "status",
    });
    notice.append(h("p", { class: "notice__words" }, sentence), ...buttons, ...(buttons.length > 1 ? [] : [close]));
    this.others.append(notice);
  }

  close(key) {
    for (const notice of [...this.others.children]) if (notice.dataset.key === key) notice.remove();
  }

  #choice(key, { label, run = () => {}, href = null }) {
    const click = () => this.#choose(key, run);
    const look = { class: "button button--outline", on: { click } };
    if (!href) return h("button", { type: "button", ...look }, label);
    return h("a", { href, target: "crm", rel: "noopener noreferrer", ...look }, label);
  }

  #choose(key, run) {
    this.close(key);
    run();
  }
}
