// What a user likes on this computer: kept in the browser, shared by all its tabs.

const STORE_KEY = "csta-gateway.settings";

const DEFAULTS = Object.freeze({
  language: null, // last used, for the log-in page
  theme: "auto", // auto | light | dark
  sound: false, // ring through the computer's loudspeaker
  notifications: null, // null: not asked yet
  notificationAnswers: false, // a click on the notification takes the call
  pinned: true, // in a frame of the CRM: stay visible when there is no call
  triggers: {}, // way of a call → when its page of the CRM opens, where it differs from what was given
  journalSeen: 0, // Unix milliseconds of the newest call seen in the journal
  keys: {}, // action → key combination, where it differs from the default
});

/** Settings of this browser; `listener(settings)` hears changes made here and in other tabs. */
export class Settings {
  constructor(storage = localStorage) {
    this.storage = storage;
    this.listeners = new Set();
    this.values = this.#read();
    addEventListener("storage", (event) => event.key === STORE_KEY && this.#tell(this.#read()));
  }

  get(name) {
    return this.values[name];
  }

  set(name, value) {
    const values = { ...this.values, [name]: value };
    try {
      this.storage.setItem(STORE_KEY, JSON.stringify(values));
    } catch {
      // Storage is full or forbidden: the setting still holds until the page closes.
    }
    this.#tell(values);
  }

  subscribe(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  #tell(values) {
    this.values = values;
    for (const listener of this.listeners) listener(this);
  }

  #read() {
    try {
      return { ...DEFAULTS, ...JSON.parse(this.storage.getItem(STORE_KEY) ?? "{}") };
    } catch {
      return { ...DEFAULTS }; // not ours or damaged: start afresh
    }
  }
}

/** Put the chosen theme on the document; `auto` follows the system. */
export function showTheme(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}
