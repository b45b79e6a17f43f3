// The gateway's HTTP API (docs/reference/api.md). Every failure becomes an ApiError with a sentence for people.

import { t } from "./i18n.js";

/** A call to the API that did not work; `message` is a sentence in the user's language. */
export class ApiError extends Error {
  constructor(id, message, status = 0) {
    super(message);
    this.id = id;
    this.status = status;
  }
}

/** How long an answer may take before the user is told, in milliseconds. */
const PATIENCE = 15_000;

/** The API for one page. `onLoggedOut` is called when the server no longer knows the session. */
export class Api {
  constructor(onLoggedOut) {
    this.onLoggedOut = onLoggedOut;
    this.csrf = null;
    this.clockSkew = 0; // milliseconds the server's clock is ahead of ours
  }

  login(user, password) {
    return this.#session("POST", "login", { user, password });
  }

  /** The session of this browser, or null when nobody is logged in. */
  me() {
    return this.#sessionOrNull("GET", "me");
  }

  /** A session for whom the proxy before the gateway has logged in, or null when it names nobody. */
  loginByProxy() {
    return this.#sessionOrNull("POST", "login/proxy");
  }

  setLanguage(language) {
    return this.#session("PUT", "me", { language });
  }

  async logout() {
    await this.#ask("POST", "logout");
    this.csrf = null;
  }

  previewNumber(number) {
    return this.#ask("POST", "dial/preview", { number });
  }

  dial(number, device) {
    return this.#ask("POST", "calls", { number, ...(device ? { device } : {}) });
  }

  /** Do something with a call: `action` is one of its `actions`, `body` what the action needs. */
  act(call, action, body) {
    return this.#ask("POST", `calls/${encodeURIComponent(call)}/${action}`, body);
  }

  setDoNotDisturb(device, on) {
    return this.#ask("PUT", `devices/${encodeURIComponent(device)}/do-not-disturb`, { on });
  }

  setForwarding(device, type, destination) {
    return this.#ask("PUT", `devices/${encodeURIComponent(device)}/forwarding`, { type, destination });
  }

  /** Contacts by a text; with a `number`, each tells where that can be added to it. */
  async contacts(text, number = null) {
    return (await this.#ask("POST", "contacts/search", { text, ...(number ? { number } : {}) })).contacts;
  }

  /** Write a number at a contact that was found, as a `label` of its `number_kinds`. */
  addNumber({ source, kind, id, name }, number, label) {
    return this.#ask("POST", "contacts/numbers", { source, kind, id, name, number, label });
  }

  async colleagues() {
    return (await this.#ask("GET", "colleagues")).colleagues;
  }

  /** The links to the switches; for administrators. */
  async links() {
    return (await this.#ask("GET", "links")).links;
  }

  /** How the gateway is doing; for administrators. */
  status() {
    return this.#ask("GET", "status");
  }

  /** Past calls, newest first, as `{entries, more}`: those that began before a time. */
  journal(before = null) {
    return this.#ask("GET", before ? `journal?${new URLSearchParams({ before })}` : "journal");
  }

  /** The same of calls that fit. */
  searchJournal(wanted) {
    return this.#ask("POST", "journal/search", wanted);
  }

  /** Keep what is written about a past call; gives `{entry}`, as the next two do. */
  annotate(entry, { note, disposition }) {
    return this.#ask("PUT", `journal/${encodeURIComponent(entry)}`, { note, disposition });
  }

  markDone(entry, done) {
    return this.#ask("PUT", `journal/${encodeURIComponent(entry)}/done`, { done });
  }

  makePrivate(entry) {
    return this.#ask("POST", `journal/${encodeURIComponent(entry)}/private`);
  }

  /** Keep what is written about a call; gives `{call}`, or `{entry}` when it is over. */
  annotateCall(call, { note, disposition, private: hidden }) {
    return this.#ask("PUT", `calls/${encodeURIComponent(call)}/note`, { note, disposition, private: hidden });
  }

  async #sessionOrNull(method, path) {
    try {
      return await this.#session(method, path);
    } catch (error) {
      if (error.id === "not_logged_in") return null;
      throw error;
    }
  }

  async #session(method, path, body) {
    const session = await this.#ask(method, path, body);
    this.csrf = session.csrf;
    return session;
  }

  async #ask(method, path, body) {
    const answer = await this.#fetch(method, path, body);
    this.#compareClocks(answer.headers.get("Date"));
    const content = await contentOf(answer);
    if (answer.ok) return content;
    const { id, detail } = { ...unnamed(answer.status), ...content };
    if (id === "not_logged_in") this.onLoggedOut();
    throw new ApiError(id, detail, answer.status);
  }

  async #fetch(method, path, body) {
    try {
      return await fetch(new URL(`api/${path}`, document.baseURI), {
        method,
        headers: this.#headers(body),
        body: body === undefined ? undefined : JSON.stringify(body),
        credentials: "same-origin",
        cache: "no-store",
        signal: AbortSignal.timeout(PATIENCE),
      });
    } catch (error) {
      throw new ApiError("unreachable", t(error.name === "TimeoutError" ? "error.slow" : "error.unreachable"));
    }
  }

  #headers(body) {
    return {
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      ...(this.csrf ? { "X-CSRF-Token": this.csrf } : {}),
    };
  }

  #compareClocks(date) {
    const skew = Date.parse(date ?? "") - Date.now();
    // The header counts whole seconds and the answer took its time: less than that is agreement.
    this.clockSkew = Math.abs(skew) > 2_000 ? skew : 0;
  }
}

/** What is said of a refusal in no words of the gateway; a log-in is then wanted by a proxy before it. */
function unnamed(status) {
  if (status === 401) return { id: "proxy_login", detail: t("error.proxy_login") };
  return { id: "unexpected", detail: t("error.unexpected", { status }) };
}

async function contentOf(answer) {
  if (!/^application\/(problem\+)?json\b/.test(answer.headers.get("Content-Type") ?? "")) return null;
  try {
    return await answer.json();
  } catch {
    return null; // cut off on the way: the status still says enough
  }
}
