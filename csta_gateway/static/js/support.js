// What an administrator takes along for support: the last messages of a link, as a file.

import { h } from "./dom.js";
import { t } from "./i18n.js";

/** A row of the settings dialog for each link; empty for everybody who is no administrator. */
export class Support {
  constructor(desk) {
    this.desk = desk;
    this.element = h("div", {});
  }

  async load() {
    if (this.desk.state().session.user.role !== "admin") return;
    try {
      this.element.replaceChildren(adminLink(), ...(await this.desk.api.links()).map(row));
    } catch (error) {
      this.desk.complain(error);
    }
  }
}

function adminLink() {
  const link = h("a", { class: "button button--outline", href: "admin", target: "_blank" }, t("admin.open"));
  return h("div", { class: "setting" }, h("span", {}, t("admin.title")), link);
}

function row({ name }) {
  const href = new URL(`api/links/${encodeURIComponent(name)}/trace`, document.baseURI).href;
  return h(
    "div",
    { class: "setting" },
    h("span", {}, t("support.trace", { link: name })),
    h("a", { class: "button button--outline", href, download: true, title: t("support.words") }, t("support.button")),
  );
}
