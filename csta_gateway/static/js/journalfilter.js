// Which past calls are wanted: what the user has chosen, what the gateway is asked, and what fits by itself. Pure.

/** Nothing is chosen. `from` and `to` are days as a date field gives them; the others as the API, empty for any. */
export const NO_FILTER = Object.freeze({ way: "", result: "", from: "", to: "", text: "" });

export const RESULTS = ["answered", "missed", "busy", "unreachable", "elsewhere", "refused", "cancelled"];

/** Digits from which a text is also looked for in numbers, as in the gateway. */
const SHORTEST_DIGITS = 3;

/** Whether anything is chosen. */
export function isFiltered(filter) {
  return Object.values(filter).some(Boolean);
}

/** Whether all missed calls are among those that are wanted. */
export function showsMissed(filter) {
  return !isFiltered({ ...filter, result: "" }) && ["", "missed"].includes(filter.result);
}

/** What to ask the gateway; `older` is the time of the last call shown, before which the next page begins. */
export function wanted({ way, result, from, to, text }, older = null) {
  const body = { way, result, since: midnight(from, 0), before: older ?? midnight(to, 1), text: text.trim() };
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== "" && value !== null));
}

/** Whether a call that comes while the list is shown belongs to it. */
export function fits(entry, filter) {
  const { way, result, since = 0, before = Infinity, text = "" } = wanted(filter);
  return (
    (!way || way === wayOf(entry)) &&
    (!result || result === entry.result) &&
    entry.began >= since &&
    entry.began < before &&
    (hasWords(entry, text) || hasDigits(entry, text))
  );
}

/** Where a call came from or went to. */
function wayOf({ internal, direction }) {
  return internal ? "internal" : direction;
}

function hasWords({ name, company, note }, text) {
  const whole = [name, company, note].filter(Boolean).join(" ").toLocaleLowerCase();
  return text
    .toLocaleLowerCase()
    .split(/\s+/u)
    .every((word) => whole.includes(word));
}

function hasDigits({ number }, text) {
  const digits = text.replace(/\D/g, "").replace(/^0+/, "");
  if (digits.length < SHORTEST_DIGITS || /\p{L}/u.test(text)) return false;
  return [number.e164, number.raw].some((known) => known?.replace(/\D/g, "").includes(digits));
}

/** The beginning of a day, or of one some days later, by the clock of this browser; null for no day. */
function midnight(day, later) {
  if (!day) return null;
  const time = new Date(`${day}T00:00`);
  time.setDate(time.getDate() + later);
  return Math.max(0, time.getTime());
}
