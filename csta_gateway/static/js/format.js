// Numbers, times and names as people read them. Pure functions; language and time are arguments.

/** Seconds as `m:ss` or `h:mm:ss`; a clock that runs ahead gives 0:00, never a negative time. */
export function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n) => String(n).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** Time of day of a Unix time in milliseconds. */
export function timeOfDay(milliseconds, language) {
  return new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(milliseconds);
}

/** How many days before `now` a time was, by the calendar: 0 today, 1 yesterday. */
export function daysAgo(milliseconds, now) {
  const midnight = (time) => new Date(time).setHours(0, 0, 0, 0);
  return Math.round((midnight(now) - midnight(milliseconds)) / 86_400_000);
}

/** The date as a heading of a list: weekday, day and month, and the year when it is not this one. */
export function dayName(milliseconds, now, language) {
  const sameYear = new Date(milliseconds).getFullYear() === new Date(now).getFullYear();
  const parts = { weekday: "long", day: "numeric", month: "long", ...(sameYear ? {} : { year: "numeric" }) };
  return new Intl.DateTimeFormat(language, parts).format(milliseconds);
}

/** First letters of the first and last word of a name; empty when it has no letters. */
export function initials(name) {
  const found = (name ?? "")
    .split(/[\s,]+/u)
    .map((word) => word.match(/\p{L}/u)?.[0])
    .filter(Boolean);
  const letters = found.length > 1 ? [found[0], found.at(-1)] : found;
  return letters.join("").toLocaleUpperCase();
}

/** One of `count` hues for a name, always the same one for the same name. */
export function hue(name, count) {
  let sum = 0;
  for (const character of name ?? "") sum = (sum * 31 + character.codePointAt(0)) >>> 0;
  return sum % count;
}

/** Whether a typed text is meant as a number to dial rather than as a name to look for. */
export function looksLikeNumber(text) {
  return /\d|^[*#]/.test(text) && /^[\d\s+*#()/.–-]+$/u.test(text.trim());
}

const LONGEST_NUMBER = 64; // characters, as the API takes

/** The number in a `tel:` or `callto:` address, or the text itself. */
export function numberOfAddress(address) {
  const bare = address.replace(/^(web\+)?(tel|callto|sip):(\/\/)?/i, "").split(/[;?]/)[0];
  return unescaped(bare).trim().slice(0, LONGEST_NUMBER);
}

function unescaped(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a stray % is no reason to lose the number
  }
}

/** The number in the fragment of `/dial#tel:…`, where no log of a server or proxy sees it; null when there is none. */
export function numberOfFragment(fragment) {
  const address = unescaped(fragment.slice(1));
  return /^(web\+)?(tel|callto|sip):/i.test(address) ? numberOfAddress(address) || null : null;
}

/** A web address that may become a link, or null: other schemes (`javascript:`) never get into the page. */
export function webAddress(address) {
  if (!address || !URL.canParse(address)) return null;
  return ["http:", "https:"].includes(new URL(address).protocol) ? address : null;
}
