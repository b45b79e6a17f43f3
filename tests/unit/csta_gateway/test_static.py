"""The call screen's files: both languages complete, every text used and known, nothing a strict policy forbids."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from csta_gateway import __file__ as package
from csta_gateway.api.application import ROUTES

STATIC = Path(package).parent / "static"
SCRIPTS = sorted([*STATIC.glob("js/*.js"), *STATIC.glob("reference/*.js"), *STATIC.glob("*.js")])
STYLES = sorted(STATIC.glob("css/*.css"))
CATALOGUES = {path.stem: path for path in sorted(STATIC.glob("i18n/*.json"))}
CONTRACT = Path(__file__).parents[3] / "docs" / "reference" / "api.md"
LONGEST_FILE = 400

FAMILIES = {
    "action": {"refuse"},
    "back": {"renewed", "restarted", "resumed"},
    "crm": {"waiting", "revised", "written", "without_note", "failed"},
    "disposition": {"order", "question", "complaint", "appointment", "wrong_number"},
    "forwarding": {"forwardImmediate", "forwardBusy", "forwardNoAns"},
    "key": {"Ctrl", "Shift", "Alt", "Enter", "Space"},
    "keys": {"answer", "clear", "hold", "consult", "complete", "note", "dial", "help"},
    "kind": {"person", "company", "user"},
    "label": set(),
    "language": {"de", "en"},
    "login": {"user", "password"},
    "panel": {"consult", "transfer", "deflect"},
    "pop": {"ring", "answer", "click", "never"},
    "presence": {"free", "ringing", "busy", "unknown"},
    "reason": {"exact", "main_number", "uncertain"},
    "reference.group": {route.function.__module__.rpartition(".")[2] for route in ROUTES},
    "result": set(),
    "settings": {"language", "theme", "notifications", "notificationAnswers", "sound", "pinned"},
    "stranger": {"new_person", "new_company"},
    "theme": {"auto", "light", "dark"},
    "way": {"incoming", "outgoing", "internal"},
}
"""Keys put together at run time: family → last parts (labels, results and actions are read from the contract)."""


def catalogue(language: str) -> dict[str, str]:
    """The texts of a language."""
    pairs = json.loads(CATALOGUES[language].read_text("utf-8"), object_pairs_hook=list)
    keys = [key for key, _text in pairs]
    assert keys == sorted(set(keys)), "keys stand once and in order"
    return dict(pairs)


def sources() -> str:
    """All scripts of the page."""
    return "\n".join(path.read_text("utf-8") for path in SCRIPTS)


def row_of_contract(field: str) -> set[str]:
    """The values the contract lists for a field of `Call`."""
    row = re.search(rf"^\| `{field}` \|(.*)\|$", CONTRACT.read_text("utf-8"), re.MULTILINE)
    assert row, field
    return set(re.findall(r"`([a-z]+)`", row.group(1)))


def used_keys() -> set[str]:
    """Every key the scripts can ask for."""
    families = {
        **FAMILIES,
        "action": FAMILIES["action"] | row_of_contract("actions"),
        "label": row_of_contract("label"),
        "result": row_of_contract("result"),
    }
    text = sources()
    built = set(re.findall(r"`([a-z.]+)\.\$\{", text))
    assert built <= set(families), "a family of keys this test does not know"
    made = {f"{family}.{part}" for family in built for part in families[family]}
    literal = {key for key in re.findall(r'"([a-z_]+(?:\.[a-zA-Z_]+)+|close)"', text) if is_key(key)}
    plurals = {f"{key}.{form}" for key in re.findall(r'plural\("([a-z._]+)"', text) for form in ("one", "other")}
    return (literal | made | plurals) - {key.rpartition(".")[0] for key in plurals}


def is_key(text: str) -> bool:
    """Whether a string of a script is a key of the catalogue, by its first part."""
    return text.partition(".")[0] in {key.partition(".")[0] for key in catalogue("de")}


def test_there_are_german_and_english() -> None:
    assert set(CATALOGUES) == {"de", "en"}


def test_both_languages_have_the_same_keys() -> None:
    assert set(catalogue("de")) == set(catalogue("en"))


def test_every_text_says_something_and_takes_the_same_values() -> None:
    german, english = catalogue("de"), catalogue("en")
    for key, text in german.items():
        assert text.strip(), key
        assert english[key].strip(), key
        assert placeholders(text) == placeholders(english[key]), key


def placeholders(text: str) -> set[str]:
    """Names of the values a text takes."""
    return set(re.findall(r"\{(\w+)\}", text))


def test_every_key_in_use_has_a_text() -> None:
    assert used_keys() - set(catalogue("de")) == set()


def test_every_text_is_in_use() -> None:
    assert set(catalogue("de")) - used_keys() == set()


@pytest.mark.parametrize("action", sorted(row_of_contract("actions")))
def test_every_action_of_the_contract_has_a_button(action: str) -> None:
    table = (STATIC / "js" / "actions.js").read_text("utf-8")
    assert re.search(rf'^  {action}: \{{ icon: "[a-z]+", tone: "[a-z]+"', table, re.MULTILINE)


@pytest.mark.parametrize("label", sorted(row_of_contract("label")))
def test_every_state_of_the_contract_has_a_sign(label: str) -> None:
    assert re.search(rf'^  {label}: "[a-z]+",$', (STATIC / "js" / "card.js").read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_data_cannot_become_markup_or_code(path: Path) -> None:
    forbidden = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc|cssText"
    assert re.search(forbidden, path.read_text("utf-8")) is None


PAGES = pytest.mark.parametrize(
    ("page", "script"),
    [("index.html", "js/app.js"), ("admin.html", "js/admin.js"), ("reference/index.html", "reference.js")],
)


@PAGES
def test_the_page_keeps_the_strict_policy(page: str, script: str) -> None:
    text = (STATIC / page).read_text("utf-8")
    assert re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\bsrc=)|https?:", text) is None
    assert re.findall(r'<script[^>]*src="([^"]+)"', text) == [script]


@PAGES
def test_the_page_names_files_that_exist(page: str, script: str) -> None:
    path = STATIC / page
    named = set(re.findall(r'(?:href|src)="([^"]+)"', path.read_text("utf-8"))) - {"../api/openapi.json"}
    assert {name for name in named if not (path.parent / name).is_file()} == set()
    assert script in named


def test_the_call_screen_names_all_its_style_sheets() -> None:
    text = (STATIC / "index.html").read_text("utf-8")
    named = set(re.findall(r'href="(css/[^"]+)"', text))
    assert {f"css/{path.name}" for path in STYLES} - named == {"css/admin.css"}


@pytest.mark.parametrize("path", [*SCRIPTS, *STYLES], ids=lambda path: path.name)
def test_files_stay_readable(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()
    assert len(lines) <= LONGEST_FILE
    assert max(map(len, lines)) <= 140
