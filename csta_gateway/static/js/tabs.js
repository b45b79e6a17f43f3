// Journal, contacts and colleagues as tabs (ARIA tab list: arrows move, the chosen panel follows).

import { h, setAttribute } from "./dom.js";

/** A tab list over panels `{key, label, panel, count}`; `count` is a badge element or null. */
export class Tabs {
  constructor(label, tabs, onShow) {
    this.onShow = onShow;
    this.tabs = tabs.map((tab) => this.#tab(tab));
    const list = h(
      "div",
      { class: "tabs", role: "tablist", "aria-label": label },
      this.tabs.map(({ button }) => button),
    );
    list.addEventListener("keydown", (event) => this.#walk(event));
    this.element = h(
      "section",
      { class: "lists", "aria-label": label },
      list,
      this.tabs.map(({ panel }) => panel),
    );
    this.show(this.tabs[0].key);
  }

  show(key) {
    this.shown = key;
    for (const tab of this.tabs) {
      setAttribute(tab.button, "aria-selected", String(tab.key === key));
      setAttribute(tab.button, "tabindex", tab.key === key ? "0" : "-1");
      tab.panel.hidden = tab.key !== key;
    }
    this.onShow(key);
  }

  #tab({ key, label, content, count }) {
    const [tab, panel] = [`tab-${key}`, `panel-${key}`];
    const button = h(
      "button",
      { type: "button", id: tab, class: "tab", role: "tab", "aria-controls": panel },
      label,
      count,
    );
    button.addEventListener("click", () => this.show(key));
    return {
      key,
      button,
      panel: h("div", { id: panel, class: "tabpanel", role: "tabpanel", "aria-labelledby": tab }, content),
    };
  }

  #walk(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const here = this.tabs.findIndex(({ key }) => key === this.shown);
    const next = this.tabs[(here + step + this.tabs.length) % this.tabs.length];
    this.show(next.key);
    next.button.focus();
    event.preventDefault();
  }
}
