// Starts the page and wires it: session, stream of events, screen, attention.

import { Api } from "./api.js";
import { Commands } from "./commands.js";
import { Directory } from "./directory.js";
import { Embedding } from "./embedding.js";
import { numberOfFragment, timeOfDay } from "./format.js";
import { currentLanguage, loadLanguage, preferredLanguage, t } from "./i18n.js";
import { asleepSentence } from "./linkstate.js";
import { loginForm } from "./login.js";
import { Attention } from "./notify.js";
import { ScreenPop } from "./pop.js";
import { bindKeys, Screen } from "./screen.js";
import { Settings, showTheme } from "./settings.js";
import { EventStream } from "./socket.js";
import { liveCalls } from "./state.js";
import { Store } from "./store.js";
import { Tab } from "./tab.js";

/** The shortest time between two log-ins by the proxy, in milliseconds. */
const PROXY_PAUSE = 10_000;

const place = document.getElementById("screen");

/** The page as a whole; its parts reach each other through `desk`. */
class App {
  constructor() {
    this.settings = new Settings();
    this.store = new Store();
    this.api = new Api(() => this.#expired());
    this.stream = null;
    this.screen = null;
    this.askedProxy = -Infinity; // when, by the clock of `performance`
    this.renewing = false; // a log-in takes the place of one that is over
    this.leaving = false; // the user logs out
    this.desk = this.#desk();
    this.desk.tab = new Tab(this.desk);
    this.desk.embedding = new Embedding(this.desk);
    this.desk.pop = new ScreenPop(this.desk);
    this.desk.keys = bindKeys(this.desk, this.settings, () => this.screen);
    this.attention = new Attention(this.desk, document.getElementById("announcer"));
    this.settings.subscribe((settings) => {
      showTheme(settings.get("theme"));
      this.screen?.update(this.store.state);
      this.desk.embedding.update(this.store.state);
    });
    this.store.subscribe((state, before, message) => this.#changed(state, before, message));
    addEventListener("beforeunload", (event) => this.#mindCalls(event));
    addEventListener("hashchange", () => this.screen && this.#takeNumber());
    setInterval(() => this.screen?.tick(), 1_000);
  }

  async start() {
    showTheme(this.settings.get("theme"));
    await loadLanguage(preferredLanguage(this.settings.get("language")));
    try {
      const session = (await this.api.me()) ?? (await this.#loginByProxy());
      if (session) await this.#begin(session);
      else this.#askForLogin();
    } catch (error) {
      this.#askForLogin(error.message);
    }
  }

  #desk() {
    const { api, store, settings } = this;
    return {
      api,
      settings,
      commands: new Commands(store, api),
      directory: new Directory(store, api),
      state: () => store.state,
      dispatch: (message) => store.dispatch(message),
      now: () => Date.now() + api.clockSkew,
      ready: () => this.screen !== null,
      asleep: () => asleepSentence(store.state),
      press: (call, action) => this.screen?.calls.press(call, action),
      prepare: (...number) => this.screen.dial.prepare(...number),
      dialNow: (...number) => this.screen.dial.dialNow(...number),
      complain: (error) => this.#complain(error),
      notice: (notice) => this.screen?.banner.show(notice),
    };
  }

  async #begin(session) {
    this.store.dispatch({ type: "session", session });
    this.store.dispatch({ type: "journal_seen", until: this.settings.get("journalSeen") });
    await this.#speak(session.user.language);
    this.#show();
    this.stream = new EventStream({
      onMessage: (message) => this.store.dispatch(message),
      onStatus: (socket) => this.store.dispatch({ type: "socket", socket }),
      onBack: (loss) => this.#back(loss),
      onLoggedOut: () => this.#expired(),
      onRefused: () => this.#askProxy(),
      onCtiOff: () => this.#learnSession(),
    });
    this.stream.start();
    await this.#welcome();
  }

  /** A user with CTI has come: ask what is to be asked, and take the number that waits in the address. */
  async #welcome() {
    if (!this.store.state.session.user.cti_enabled) return;
    this.#askForNotifications();
    await this.#takeNumber();
  }

  async #learnSession() {
    try {
      const session = await this.api.me();
      if (session) this.store.dispatch({ type: "session", session });
    } catch (error) {
      this.#complain(error);
    }
  }

  #show() {
    this.screen = new Screen(this.desk, {
      language: (language) => this.#changeLanguage(language),
      logout: () => this.#logout(),
      changed: (name, value) => name === "notifications" && value && Notification.requestPermission(),
    });
    place.replaceChildren(this.screen.element);
    this.screen.update(this.store.state);
    this.attention.update(this.store.state);
  }

  #changed(state, before, message) {
    if (!state.session || !this.screen) return;
    const switched = before.session && before.session.user.cti_enabled !== state.session.user.cti_enabled;
    if (switched) this.#show();
    this.screen.update(state);
    this.attention.update(state);
    this.desk.embedding.update(state);
    this.desk.pop.update(state, message);
    if (message.type === "snapshot") this.#refresh(message.version);
    if (switched) this.#welcome();
  }

  /** After every snapshot: what the stream does not carry, and whether the gateway is a newer one by now. */
  async #refresh(version) {
    if (version !== this.store.state.session.version) {
      const reload = { label: t("version.reload"), run: () => location.reload() };
      this.screen.banner.show({ key: "version", sentence: t("version.new"), choices: [reload] });
    }
    try {
      const asked = [this.api.colleagues(), this.#learnSession(), this.screen.journal.refresh()];
      const [colleagues] = await Promise.all(asked);
      this.store.dispatch({ type: "colleagues", colleagues });
    } catch (error) {
      this.#complain(error);
    }
  }

  /** Say what happened while the page showed the last known state. */
  #back({ since, kind }) {
    const [from, to] = [since, Date.now()].map((time) => timeOfDay(time, currentLanguage()));
    this.screen?.banner.show({ key: "back", sentence: t(`back.${kind}`, { from, to }) });
  }

  #askForLogin(reason = null) {
    const form = loginForm(this.api, {
      reason,
      onLogin: (session) => this.#begin(session),
      onLanguage: async (language) => {
        await this.#speak(language);
        this.#askForLogin();
      },
    });
    place.replaceChildren(form.element);
    document.title = t("login.title");
    form.focus();
  }

  async #speak(language) {
    this.settings.set("language", language);
    await loadLanguage(language);
  }

  async #changeLanguage(language) {
    try {
      const session = await this.api.setLanguage(language);
      this.store.dispatch({ type: "session", session });
      await this.#speak(language);
      this.#show();
    } catch (error) {
      this.#complain(error);
    }
  }

  async #logout() {
    const { logout_url: page } = this.store.state.session;
    this.leaving = true;
    try {
      await this.api.logout();
      this.#ended(null);
      if (page) location.assign(page);
    } catch (error) {
      this.#complain(error);
    }
    this.leaving = false;
  }

  /** The log-in is over: for whom the proxy before the gateway has logged in another one begins at once. */
  async #expired() {
    if (this.leaving) return this.#ended(null); // the stream says so before the answer comes
    if (!this.screen || this.renewing) return;
    this.renewing = true;
    let [session, reason] = [null, t("login.expired")];
    try {
      session = await this.#loginByProxy();
    } catch (error) {
      reason = error.message;
    }
    this.renewing = false;
    if (!this.screen) return; // the user has logged out meanwhile
    this.#leave();
    if (session) this.#begin(session);
    else this.#askForLogin(reason);
  }

  /** Not twice in a moment: a browser that keeps no cookies would log in for ever. */
  async #loginByProxy() {
    const now = performance.now();
    if (now - this.askedProxy < PROXY_PAUSE) return null;
    this.askedProxy = now;
    return this.api.loginByProxy();
  }

  /** A proxy whose log-in is over refuses the stream, too; a request renews the log-in (Kerberos), or says that it is over. */
  async #askProxy() {
    try {
      await this.api.me();
    } catch (error) {
      if (error.id === "proxy_login") this.#complain(error);
    }
  }

  #ended(reason) {
    if (!this.screen) return;
    this.#leave();
    this.#askForLogin(reason);
  }

  #leave() {
    this.stream.stop();
    this.screen = null;
    this.store.dispatch({ type: "logout" });
    this.attention.update(this.store.state);
    this.desk.embedding.update(this.store.state);
  }

  #complain(error) {
    if (error.id === "not_logged_in" || !this.screen) return; // the log-in form says it
    this.screen.banner.show({ key: error.id ?? "error", sentence: error.message, tone: "stop" });
  }

  #askForNotifications() {
    if (
      !("Notification" in window) ||
      Notification.permission !== "default" ||
      this.settings.get("notifications") !== null
    )
      return;
    const answer = (wanted) => () => {
      this.settings.set("notifications", wanted);
      if (wanted) Notification.requestPermission();
    };
    const choices = [
      { label: t("notify.allow"), run: answer(true) },
      { label: t("notify.later"), run: answer(false) },
    ];
    this.screen.banner.show({ key: "notify", sentence: t("notify.ask"), choices });
  }

  /** Ask before the screen goes away during a call, unless another tab keeps it. */
  #mindCalls(event) {
    if (this.desk.tab.primary && liveCalls(this.store.state).length) event.preventDefault();
  }

  /** A page opened for a `tel:` link (`/dial#tel:…`) prepares the number, in a tab that is in sight already if there is one. */
  async #takeNumber() {
    const number = numberOfFragment(location.hash);
    if (!number) return;
    const taken = await this.desk.tab.handOver(number);
    if (!this.screen) return; // the log-in has ended meanwhile: the number waits in the address for the next
    history.replaceState(null, "", new URL("./", document.baseURI));
    if (!taken) return this.desk.prepare(number);
    this.screen.banner.show({ key: "tab", sentence: t("tab.handed_over", { number }) });
    window.close(); // a browser refuses when the tab was used for something else before
  }
}

new App().start();
