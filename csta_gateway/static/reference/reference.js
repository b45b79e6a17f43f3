// The API, readable: draws what the gateway says about itself (api/openapi.json), in German or English.

import { h } from "../js/dom.js";
import { LANGUAGES, currentLanguage, loadLanguage, preferredLanguage, t } from "../js/i18n.js";

const ROOT = document.getElementById("reference");

/** Draw the whole page in a language. */
async function show(language) {
  await loadLanguage(language);
  document.title = t("reference.title");
  const answer = await fetch(new URL(`../api/openapi.json?language=${language}`, document.baseURI));
  if (!answer.ok) throw new Error(t("error.unexpected", { status: answer.status }));
  const api = await answer.json();
  ROOT.replaceChildren(head(api), contents(api), ...groups(api).map(group), types(api), problems(api));
  document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
}

function head(api) {
  const choices = LANGUAGES.map((language) =>
    h(
      "button",
      {
        type: "button",
        class: "choice",
        lang: language,
        "aria-pressed": String(language === currentLanguage()),
        on: { click: () => begin(language) },
      },
      t(`language.${language}`),
    ),
  );
  return h(
    "header",
    {},
    h("div", { class: "choices" }, ...choices),
    h("h1", {}, t("reference.title"), " ", h("small", {}, api.info.version)),
    prose(api.info.description),
    h("p", {}, h("a", { class: "link", href: "../api/openapi.json" }, "openapi.json")),
  );
}

function contents(api) {
  const links = groups(api).map(([tag]) => link(`#${tag}`, t(`reference.group.${tag}`)));
  const rest = [link("#types", t("reference.types")), link("#problems", t("reference.problems"))];
  return h("nav", { "aria-label": t("reference.contents") }, ...links, ...rest);
}

/** `[tag, operations]` in the order of the description. */
function groups(api) {
  const found = new Map();
  for (const [path, methods] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const [tag] = operation.tags;
      found.set(tag, [...(found.get(tag) ?? []), { method, path, ...operation }]);
    }
  }
  return [...found];
}

function group([tag, operations]) {
  return h("section", {}, h("h2", { id: tag }, t(`reference.group.${tag}`)), ...operations.map(operation));
}

function operation({ method, path, operationId, summary, description, ...rest }) {
  const title = h(
    "summary",
    {},
    h("b", { class: "method", "data-method": method }, method.toUpperCase()),
    h("code", {}, `/api${path}`),
    h("span", {}, summary),
  );
  return h(
    "details",
    { id: operationId },
    title,
    prose(description),
    part("reference.parameters", rest.parameters.length ? parameters(rest.parameters) : null),
    part("reference.body", rest.requestBody && content(rest.requestBody.content)),
    part("reference.answers", answers(rest.responses)),
  );
}

function part(key, shown) {
  return shown ? h("div", {}, h("h3", {}, t(key)), shown) : null;
}

function parameters(list) {
  const rows = list.map(({ name, in: place, required, schema }) => [
    h("code", {}, place === "path" ? `{${name}}` : `?${name}`),
    [typeOf(schema), required ? null : ` (${t("reference.optional")})`],
    prose(schema.description ?? ""),
  ]);
  return table(rows);
}

function content(media) {
  return h(
    "p",
    {},
    ...Object.entries(media).flatMap(([type, { schema }]) => [h("code", {}, type), " ", typeOf(schema), " "]).flat(Infinity),
  );
}

function answers(responses) {
  const rows = Object.entries(responses).map(([status, answer]) => [
    h("code", {}, status),
    prose(answer.description),
    Number(status) < 400 && answer.content ? content(answer.content) : null,
  ]);
  return table(rows);
}

function types(api) {
  const entries = Object.entries(api.components.schemas).sort(([one], [other]) => one.localeCompare(other));
  return h("section", {}, h("h2", { id: "types" }, t("reference.types")), ...entries.map(type));
}

function type([name, schema]) {
  const required = new Set(schema.required ?? []);
  const rows = Object.entries(schema.properties ?? {}).map(([field, each]) => [
    h("code", {}, field),
    [typeOf(each), required.has(field) ? null : ` (${t("reference.optional")})`],
    prose(each.description ?? ""),
  ]);
  const values = rows.length ? table(rows) : h("p", {}, typeOf(schema));
  return h("article", { id: `type-${name}` }, h("h3", {}, name), prose(schema.description ?? ""), values);
}

function problems(api) {
  const rows = Object.entries(api["x-problems"]).map(([id, { status, title }]) => [
    h("code", { id }, id),
    h("code", {}, status),
    title,
  ]);
  return h("section", {}, h("h2", { id: "problems" }, t("reference.problems")), table(rows));
}

function table(rows) {
  return h("table", {}, ...rows.map((cells) => h("tr", {}, ...cells.map((cell) => h("td", {}, ...[cell].flat(Infinity))))));
}

/** A JSON schema as people write types: text, elements, and lists of these. */
function typeOf(schema) {
  if (schema.$ref) {
    const name = schema.$ref.split("/").pop();
    return link(`#type-${name}`, name);
  }
  if (schema.anyOf) return schema.anyOf.map((each, index) => [index ? " | " : null, typeOf(each)]);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (schema.type === "array") return [typeOf(schema.items ?? {}), "[]"];
  if (schema.additionalProperties?.type) return ["{string: ", typeOf(schema.additionalProperties), "}"];
  return (schema.type ?? t("reference.anything")) + limits(schema);
}

function limits({ minimum, maximum, exclusiveMaximum, minLength, maxLength, pattern }) {
  const said = [
    minimum !== undefined && `≥ ${minimum}`,
    maximum !== undefined && `≤ ${maximum}`,
    exclusiveMaximum !== undefined && `< ${exclusiveMaximum}`,
    (minLength !== undefined || maxLength !== undefined) && `${minLength ?? 0}–${maxLength ?? "∞"}`,
    pattern,
  ].filter(Boolean);
  return said.length ? ` ${said.join(" ")}` : "";
}

function link(href, text) {
  return h("a", { class: "link", href }, text);
}

/** Text in which `code` stands between backquotes. */
function prose(text) {
  return h("p", {}, ...text.split("`").map((piece, index) => (index % 2 ? h("code", {}, piece) : piece)));
}

function begin(language) {
  show(language).catch((error) => ROOT.replaceChildren(h("p", { role: "alert" }, error.message)));
}

begin(preferredLanguage(null));
