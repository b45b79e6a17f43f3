"""The direction of imports and the size of the parts, read from the source of every file."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("csta", "tapi_adapter", "crm_adapter", "csta_gateway")
LONGEST_FILE = 400
LONGEST_FUNCTION = 60

CORE = {"csta.errors", "csta.apdu", "csta.messages", "csta.dialect", "csta.framing"}
CODECS = CORE | {"csta.asn1", "csta.xml"}
FOLLOWING = CODECS | {"csta.session", "csta.recorder", "csta.model", "csta.provider", "msgspec"}
TWISTED = {"twisted", "zope.interface"}
EDGE = {"csta", "msgspec", "pyasn1", "rich"} | TWISTED
TLS = {"OpenSSL", "cryptography", "service_identity"}
REACTOR_FREE = {"socket", "time", "random", "asyncio", "selectors", "ssl"}
TAPI_TABLES = {f"tapi_adapter.{each}" for each in ("constants", "functions", "layout", "records")}
TAPI_BINDING = TAPI_TABLES | {f"tapi_adapter.{each}" for each in ("binding", "descriptions", "errors")}
TAPI_CALLS = TAPI_TABLES | {
    f"tapi_adapter.{each}" for each in ("descriptions", "forwarding", "legs", "linecalls", "model")
}
TAPI_AGENT = {
    "csta.__version__",
    "csta.endpoints",
    "csta.errors",
    "csta.toml_file",
    "tapi_adapter",
    "msgspec",
} | TWISTED
CRM_LIBRARIES = TWISTED | {
    "msgspec",
    "phonenumbers",
    "sqlalchemy",
    "alembic",
    "argon2",
    "treq",
    "lxml",
    "ldaptor",
    "jsonpath",
    "vobject",
}
GATEWAY_LIBRARIES = CRM_LIBRARIES | {"klein", "autobahn", "werkzeug", "prometheus_client", "shtab", "tomli_w"} | TLS


class Layer(NamedTuple):
    """What the modules of a layer may import besides themselves and the standard library."""

    allowed: set[str]
    forbidden: frozenset[str] = frozenset()


PURE = frozenset(REACTOR_FREE)
LAYERS = {
    # The longest matching name decides: csta.simulator.server is an edge, the rest of csta.simulator is pure.
    "csta.errors": Layer(CORE | {"msgspec"}, PURE),
    "csta.apdu": Layer(CORE | {"msgspec"}, PURE),
    "csta.messages": Layer(CORE | {"msgspec"}, PURE),
    "csta.dialect": Layer(CORE | {"msgspec"}, PURE),
    "csta.framing": Layer(CORE | {"msgspec"}, PURE),
    "csta.toml_file": Layer(CORE | {"msgspec"}, PURE),
    "csta.asn1": Layer(CORE | {"msgspec"}, PURE),
    "csta.asn1.private_data": Layer(CORE | {"csta.asn1", "msgspec", "asn1tools"}, PURE),
    "csta.xml": Layer(CORE | {"msgspec", "lxml"}, PURE),
    "csta.lines": Layer(CORE | {"msgspec"}, PURE),
    "csta.session": Layer(CODECS | {"msgspec"}, PURE),
    "csta.recorder": Layer(CODECS | {"csta.session", "msgspec"}, PURE),
    "csta.recorder.live": Layer(EDGE),
    "csta.recorder.serving": Layer(EDGE),
    "csta.recorder.applying": Layer(EDGE),
    "csta.recorder.importing": Layer(CODECS | {"csta.session", "csta.recorder", "msgspec", "dpkt"}, PURE - {"socket"}),
    "csta.recorder.following": Layer(FOLLOWING, PURE),
    "csta.recorder.looking": Layer(FOLLOWING, PURE),
    "csta.recorder.story": Layer(FOLLOWING, PURE),
    "csta.recorder.calls": Layer(FOLLOWING, PURE),
    "csta.recorder.chart": Layer(FOLLOWING | {"csta.lines"}, PURE),
    "csta.testing": Layer(EDGE | {"pytest"}),
    "csta.simulator": Layer(CODECS | {"csta.session", "csta.toml_file", "msgspec"}, PURE),
    "csta.model": Layer({"csta.errors"}, PURE),
    "csta.codegen": Layer(CODECS | {"asn1tools"}, PURE),
    "csta.endpoints": Layer(TWISTED | TLS),
    "csta.opening": Layer(CODECS | {"csta.session"}, PURE),
    "csta.protocol": Layer(EDGE),
    "csta.client": Layer(EDGE),
    "csta.services": Layer(EDGE),
    "csta.provider": Layer(EDGE),
    "csta.simulator.server": Layer(EDGE),
    "csta.simulator.clients": Layer(EDGE),
    "csta.simulator.load": Layer(EDGE),
    "csta.simulator.__main__": Layer(EDGE),
    "csta.cli": Layer(EDGE),
    "csta": Layer(set(), PURE),
    "tapi_adapter": Layer({"csta.model", "csta.errors", "msgspec"} | TWISTED),
    **{f"tapi_adapter.{each}": Layer(TAPI_AGENT) for each in ("agent", "program", "remote", "serving", "wire")},
    "tapi_adapter.advapi": Layer(TAPI_BINDING, PURE),
    "tapi_adapter.binding": Layer(TAPI_TABLES | {"csta.errors", "tapi_adapter.errors"}, PURE),
    "tapi_adapter.decoding": Layer(TAPI_TABLES | {"tapi_adapter.messages"}, PURE),
    "tapi_adapter.issuing": Layer(TAPI_BINDING | {"tapi_adapter.requests"}, PURE),
    "tapi_adapter.reading": Layer(TAPI_BINDING | {"tapi_adapter.decoding"}, PURE),
    "tapi_adapter.codegen": Layer({"csta.codegen"}, PURE),
    "tapi_adapter.constants": Layer(set(), PURE),
    "tapi_adapter.functions": Layer(TAPI_TABLES, PURE),
    "tapi_adapter.layout": Layer(TAPI_TABLES, PURE),
    "tapi_adapter.records": Layer(set(), PURE),
    **{
        f"tapi_adapter.{each}": Layer(TAPI_CALLS | {"csta.model", "msgspec"}, PURE)
        for each in ("forwarding", "legs", "linecalls", "lines", "model")
    },
    "crm_adapter": Layer({"csta.model", "csta.errors"} | CRM_LIBRARIES),
    "csta_gateway": Layer({"csta", "crm_adapter", "tapi_adapter"} | GATEWAY_LIBRARIES),
}
NOT_AT_RUN_TIME = ("csta.codegen", "tapi_adapter.codegen")


class Import(NamedTuple):
    """One name imported somewhere in a module."""

    name: str
    line: int
    at_module_level: bool


def within(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> Iterator[Import]:
    tree = ast.parse(path.read_text("utf-8"))
    inside_functions = {
        id(child)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for child in ast.walk(node)
    }
    for node in ast.walk(tree):
        outermost = id(node) not in inside_functions
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, node.lineno, outermost) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = absolute(node, path)
            yield from (Import(f"{base}.{alias.name}", node.lineno, outermost) for alias in node.names)


def absolute(node: ast.ImportFrom, path: Path) -> str:
    """The full name of what ``from … import`` names, relative imports resolved."""
    if not node.level:
        return node.module or ""
    package = module_name(path).split(".")
    if path.name != "__init__.py":
        package.pop()
    parents = package[: len(package) - node.level + 1]
    return ".".join([*parents, *([node.module] if node.module else [])])


def layer_of(module: str) -> str:
    return max((name for name in LAYERS if within(module, name)), key=len)


def generator(name: str) -> bool:
    return any(within(name, each) for each in NOT_AT_RUN_TIME)


def objection(module: str, imported: str) -> str | None:
    """Why ``module`` must not import ``imported``, or None when it may."""
    name = layer_of(module)
    layer = LAYERS[name]
    if generator(imported) and not generator(module):
        return "the generator is not part of the running program"
    if any(within(imported, each) for each in layer.forbidden):
        return f"{name} does no I/O and reads no clock"
    if imported.split(".")[0] in sys.stdlib_module_names or within(imported, name):
        return None
    if any(within(imported, each) for each in layer.allowed):
        return None
    return f"{name} stands before it"


def product_files() -> list[Path]:
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def generated(path: Path) -> bool:
    return path.read_text("utf-8").startswith("# GENERATED by ")


def hand_written_files() -> list[Path]:
    python = [*product_files(), *(path for top in ("examples", "tests") for path in (ROOT / top).rglob("*.py"))]
    page = [*(ROOT / "csta_gateway/static").rglob("*.js"), *(ROOT / "csta_gateway/static").rglob("*.css")]
    return sorted(path for path in [*python, *page] if not generated(path))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_imports_go_one_way() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{found.line}: imports {found.name}: {reason}"
        for path in product_files()
        for found in imports(path)
        if (reason := objection(module_name(path), found.name))
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("module", "imported"),
    [
        ("csta.errors", "twisted"),
        ("csta.session.session", "time"),
        ("csta.session.session", "csta.client"),
        ("csta.simulator.switch", "twisted.internet"),
        ("csta.model.tracker", "csta.messages.call_control"),
        ("csta.model.tracker", "msgspec"),
        ("csta.asn1.codec", "lxml.etree"),
        ("csta.asn1.codec", "csta.xml"),
        ("csta.client", "csta.codegen.schema"),
        ("csta.client", "crm_adapter.users"),
        ("crm_adapter.lookup", "csta.client"),
        ("crm_adapter.lookup", "csta_gateway.config"),
        ("csta_gateway.daemon", "csta.codegen"),
        ("csta_gateway.daemon", "requests"),
    ],
)
def test_an_import_against_the_direction_is_found(module: str, imported: str) -> None:
    assert objection(module, imported)


@pytest.mark.parametrize(
    ("module", "imported"),
    [
        ("csta.errors", "typing"),
        ("csta.session.session", "csta.apdu.Invoke"),
        ("csta.session.session", "csta.session.states"),
        ("csta.simulator.server", "twisted.internet.protocol"),
        ("csta.client", "csta.session"),
        ("crm_adapter.lookup", "csta.model.call"),
        ("csta_gateway.daemon", "crm_adapter.users"),
    ],
)
def test_an_import_along_the_direction_is_allowed(module: str, imported: str) -> None:
    assert objection(module, imported) is None


def test_relative_imports_are_resolved() -> None:
    node = ast.parse("from ..apdu import Invoke").body[0]
    assert isinstance(node, ast.ImportFrom)
    assert absolute(node, ROOT / "csta/session/session.py") == "csta.apdu"
    assert absolute(node, ROOT / "csta/session/__init__.py") == "csta.apdu"


def test_the_reactor_is_a_parameter() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{found.line}"
        for path in product_files()
        for found in imports(path)
        if found.name == "twisted.internet.reactor" and found.at_module_level
    ]
    assert not wrong, "the reactor is imported at module level: " + ", ".join(wrong)


@pytest.mark.parametrize(
    "unwanted", ["twisted", "lxml", "asn1tools", "csta.messages.call_control", "csta.asn1", "csta.xml"]
)
def test_importing_the_package_stays_light(unwanted: str) -> None:
    code = f"import csta, sys; sys.exit({unwanted!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


def test_files_stay_short() -> None:
    sizes = {path: len(path.read_text("utf-8").splitlines()) for path in hand_written_files()}
    long = [f"{path.relative_to(ROOT)}: {lines} lines" for path, lines in sizes.items() if lines > LONGEST_FILE]
    assert not long, "\n".join(long)


def test_functions_stay_short() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {node.name} has {lines} lines"
        for path in hand_written_files()
        if path.suffix == ".py"
        for node in functions(path)
        if (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > LONGEST_FUNCTION
    ]
    assert not long, "\n".join(long)
