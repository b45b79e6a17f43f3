// The log-in form.

import { h, setAttribute, setText } from "./dom.js";
import { currentLanguage, LANGUAGES, t } from "./i18n.js";
import { icon } from "./icons.js";

/** The form; `onLogin(session)` when the server accepts, `onLanguage(language)` when another language is picked. */
export function loginForm(api, { onLogin, onLanguage, reason = null }) {
  const user = field("user", "text", "username");
  const password = field("password", "password", "current-password");
  const failure = h("p", { class: "login__failure", role: "alert" }, reason ?? "");
  const button = h("button", { class: "button button--solid login__button" }, t("login.button"));
  const submit = async (event) => {
    event.preventDefault();
    setAttribute(button, "aria-busy", "true");
    setAttribute(button, "disabled", true);
    setText(failure, "");
    try {
      onLogin(await api.login(user.input.value.trim(), password.input.value));
    } catch (error) {
      setText(failure, error.message);
      password.input.select();
    }
    setAttribute(button, "aria-busy", null);
    setAttribute(button, "disabled", null);
  };
  const form = h(
    "form",
    { class: "login__form", on: { submit } },
    h("span", { class: "login__sign" }, icon("phone", 28)),
    h("h1", { class: "login__title" }, t("login.title")),
    user.element,
    password.element,
    failure,
    button,
    languages(onLanguage),
  );
  return { element: h("main", { class: "login" }, form), focus: () => user.input.focus() };
}

function field(name, type, autocomplete) {
  const input = h("input", {
    class: "field",
    id: `login-${name}`,
    name,
    type,
    autocomplete,
    required: true,
    maxlength: 128,
    autocapitalize: "none",
    spellcheck: "false",
  });
  return {
    input,
    element: h("div", { class: "login__field" }, h("label", { for: input.id }, t(`login.${name}`)), input),
  };
}

function languages(onLanguage) {
  const buttons = LANGUAGES.map((language) =>
    h(
      "button",
      {
        type: "button",
        class: "filter",
        lang: language,
        "aria-pressed": String(language === currentLanguage()),
        on: { click: () => onLanguage(language) },
      },
      t(`language.${language}`),
    ),
  );
  return h("div", { class: "filters login__languages", role: "group", "aria-label": t("settings.language") }, buttons);
}
