// The page of those who run the gateway (`/admin`): links, sources, findings, and why callers have the names they have.

import { Api } from "./api.js";
import { h, setText } from "./dom.js";
import { timeOfDay } from "./format.js";
import { currentLanguage, loadLanguage, preferredLanguage, t } from "./i18n.js";
import { loginForm } from "./login.js";
import { Settings, showTheme } from "./settings.js";

const EVERY = 5_000; // milliseconds between two looks

/** The page; it asks for a log-in like the call screen does. */
class Admin {
  constructor() {
    this.place = document.getElementById("admin");
    this.settings = new Settings();
    this.api = new Api(() => this.#ended());
    this.content = null; // nobody is logged in
  }

  async start() {
    showTheme(this.settings.get("theme"));
    await loadLanguage(preferredLanguage(this.settings.get("language")));
    try {
      const session = (await this.api.me()) ?? (await this.api.loginByProxy());
      if (session) await this.#begin(session);
      else this.#askForLogin();
    } catch (error) {
      this.#askForLogin(error.message);
    }
  }

  async #begin({ user }) {
    await loadLanguage(user.language);
    document.title = t("admin.title");
    this.failure = h("p", { class: "admin__failure", role: "alert" });
    this.content = h("div", { class: "admin__sections" });
    const call = h("a", { class: "button button--outline", href: "./" }, t("login.title"));
    const head = h("header", { class: "admin__head" }, h("h1", { class: "admin__title" }, t("admin.title")), call);
    this.place.replaceChildren(h("main", { class: "admin" }, head, this.failure, this.content));
    await this.#look();
  }

  /** What is shown stays when the gateway does not answer, and the sentence says so. */
  async #look() {
    clearTimeout(this.timer);
    try {
      const status = await this.api.status();
      setText(this.failure, "");
      this.content.replaceChildren(...sections(status));
    } catch (error) {
      if (error.id === "not_logged_in") return;
      setText(this.failure, error.message);
    }
    this.timer = setTimeout(() => this.#look(), EVERY);
  }

  /** Before the log-in an answer 401 is none of the user's business: a form in use would be replaced by an empty one. */
  #ended() {
    if (!this.content) return;
    clearTimeout(this.timer);
    this.content = null;
    this.#askForLogin(t("login.expired"));
  }

  #askForLogin(reason = null) {
    const form = loginForm(this.api, {
      reason,
      onLogin: (session) => this.#begin(session),
      onLanguage: async (language) => {
        await loadLanguage(language);
        this.#askForLogin();
      },
    });
    this.place.replaceChildren(form.element);
    form.focus();
  }
}

function sections({ version, screens, links, sources, findings, lookups }) {
  return [
    h("p", { class: "admin__words numbers" }, t("admin.running", { version, screens })),
    section("admin.links", ["admin.name", "admin.state", "admin.monitors", "admin.trace"], links.map(linkRow)),
    section("admin.sources", ["admin.name", "admin.state"], sources.map(sourceRow)),
    section("admin.findings", ["admin.place", "admin.what"], findings.map(findingRow)),
    section("admin.lookups", ["admin.when", "admin.number", "admin.took", "admin.matches"], lookups.map(lookupRow)),
  ];
}

function section(title, columns, rows) {
  const head = h("tr", {}, columns.map((key) => h("th", { scope: "col" }, t(key))));
  const body = rows.map((cells) => h("tr", {}, cells.map((cell) => h("td", {}, cell))));
  const table = h("table", { class: "table numbers" }, h("thead", {}, head), h("tbody", {}, body));
  const content = rows.length ? table : h("p", { class: "empty" }, t("admin.none"));
  const heading = h("h2", { class: "heading" }, t(title));
  return h("section", { class: "sheet", tabindex: "0", "aria-label": t(title) }, heading, content);
}

function linkRow({ name, up, reason, since, monitors, out_of_service: broken }) {
  const time = timeOfDay(since, currentLanguage());
  const words = [t(up ? "admin.up" : "admin.down", { time }), reason].filter(Boolean).join(" ");
  const missing = broken.length ? h("p", { class: "admin__failure" }, t("admin.broken", { devices: broken.join(", ") })) : null;
  const href = new URL(`api/links/${encodeURIComponent(name)}/trace`, document.baseURI).href;
  const look = { class: "button button--outline", href, download: true, title: t("support.words") };
  return [name, dotted(up, words), [String(monitors), missing], h("a", look, t("support.button"))];
}

function sourceRow({ name, failures }) {
  return [name, dotted(failures === 0, failures ? t("admin.failures", { n: failures }) : t("admin.answers"))];
}

function findingRow({ place, text }) {
  return [place, text];
}

function lookupRow({ asked, took, number, matches, failed }) {
  const found = matches.map((match) => h("li", {}, matchWords(match)));
  const lost = failed.length ? [h("li", { class: "admin__failure" }, t("admin.failed", { sources: failed.join(", ") }))] : [];
  const rows = [...found, ...lost];
  const answer = rows.length ? h("ul", {}, rows) : t("matches.none");
  return [timeOfDay(asked, currentLanguage()), number, t("admin.milliseconds", { n: took }), answer];
}

/** Who it may be, and why. */
function matchWords({ kind, name, company, certainty, source }) {
  const who = [name, company === name ? null : company].filter(Boolean).join(", ");
  return `${who} (${t(`kind.${kind}`)}, ${source}): ${t(`reason.${certainty}`)}`;
}

function dotted(good, words) {
  return [h("span", { class: "dot", "data-tone": good ? "good" : "bad" }), words];
}

new Admin().start();
