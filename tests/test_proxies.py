"""The configurations of proxies in ``examples/gateway`` work as they stand, before a real gateway.

What logs users in at a company is not here: a stand-in answers for oauth2-proxy, and names for Kerberos.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPMessage, HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import NamedTuple

import pytest

from crm_adapter import demo
from tests.certificates import Authority
from tests.test_api_guide import SETTINGS, started
from tests.unit.csta_gateway.test_hangup import free_port

EXAMPLES = Path(__file__).parents[1] / "examples/gateway"
HOST = "cti.example.org"
BROWSER = "127.0.0.2"
"""The address browsers have here; the proxy reaches the gateway from 127.0.0.1."""

PASSWORD = "Kaffee um drei"
PATIENCE = 60.0
FORGED = {"X_Remote_User": "jonas", "X_Forwarded_For": "127.0.0.1"}
PROXIED = """
[audit]
folder = "{folder}/audit"
[login]
trusted_header = "X-Remote-User"
trusted_from = ["127.0.0.1"]
"""

NGINX = """\
daemon off;
pid {folder}/pid;
error_log stderr;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder};
    proxy_temp_path {folder};
    fastcgi_temp_path {folder};
    uwsgi_temp_path {folder};
    scgi_temp_path {folder};
    include {folder}/{example};
}}
"""
APACHE = """\
User daemon
Group daemon
ServerName localhost
PidFile {folder}/pid
DefaultRuntimeDir {folder}
ErrorLog {folder}/log
{modules}
Listen {secure}
Listen {plain}
Include {folder}/{example}
"""
MODULE_FOLDER = Path("/usr/lib/apache2/modules")
MODULES = """mpm_event alias authn_anon authn_core authz_core authz_user auth_basic headers proxy proxy_http session
session_cookie ssl"""
KERBEROS = re.compile(r"AuthType GSSAPI|Gssapi\w+ .*")


class LoggingIn(BaseHTTPRequestHandler):
    """Knows people by a cookie, as oauth2-proxy does."""

    def do_GET(self) -> None:
        _, _, login = (self.headers.get("Cookie") or "").partition("_oauth2_proxy=")
        self.send_response(202 if login else 401)
        self.send_header("X-Auth-Request-Preferred-Username", login.partition(";")[0])
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *words: object) -> None:
        """Write nothing."""


class Gateway(NamedTuple):
    """A running gateway, and who logs users in for a proxy before it."""

    folder: Path
    port: str
    logging_in: int
    authority: Authority

    def last_login(self) -> dict[str, str]:
        """What the audit log says of it."""
        *_, last = sorted((self.folder / "audit").iterdir())[-1].read_text("utf-8").splitlines()
        return {key: json.loads(last).get(key) for key in ("event", "user", "address", "by")}


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    folder = tmp_path_factory.mktemp("gateway")
    programs: list[subprocess.Popen[str]] = []
    with ThreadingHTTPServer(("127.0.0.1", 0), LoggingIn) as logging_in:
        Thread(target=logging_in.serve_forever, daemon=True).start()
        try:
            switch = started(programs, "csta.cli", "switch", "--protocol", "xml", "--port", "0")
            crm = demo.create(folder / "crm.db", {"anna": PASSWORD})
            settings = SETTINGS.replace("[server]", '[server]\nbehind_proxy = true\nmetrics_from = ["127.0.0.1"]')
            file = folder / "gateway.toml"
            file.write_text((settings + PROXIED).format(folder=folder, switch=switch, crm=crm.url), "utf-8")
            port = started(programs, "csta_gateway", "run", "--config", str(file))
            yield Gateway(folder, port, logging_in.server_port, Authority(folder, "authority"))
        finally:
            for program in reversed(programs):
                program.terminate()
                program.communicate()
            logging_in.shutdown()


class Browser:
    """Asks through a proxy.

    :param ports: of HTTPS and HTTP.
    :param known: headers by which the proxy knows who it is.
    :ivar headers: of every request.
    """

    def __init__(self, ports: tuple[int, int], root: Path, known: dict[str, str]) -> None:
        self.known = known
        self.headers: dict[str, str] = {}
        self._secure, self._plain = ports
        self.origin = f"https://{HOST}:{self._secure}"
        self._trusting = ssl.create_default_context(cafile=root)

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, HTTPMessage, bytes]:
        """Status, headers and content of the answer."""
        with self._asked(method, path, body, headers).getresponse() as answer:
            return answer.status, answer.headers, answer.read()

    def log_in(self, path: str, body: object = None, **headers: str) -> None:
        """Do so, and stay it."""
        status, told, content = self.ask("POST", path, body, Origin=self.origin, **headers)
        assert status == 200, content
        cookie, *attributes = told["Set-Cookie"].split("; ")
        assert {"HttpOnly", "Secure", "SameSite=strict"} <= set(attributes)
        assert "Strict-Transport-Security" in told
        self.headers["Cookie"] = "; ".join(filter(None, (self.headers.get("Cookie"), cookie)))

    def events(self, **headers: str) -> bytes:
        """What comes up to the first snapshot, or the refusal (RFC 6455 section 4.1)."""
        key = {"Sec-WebSocket-Key": "MDEyMzQ1Njc4OWFiY2RlZg==", "Sec-WebSocket-Version": "13"}
        upgrade = {"Origin": self.origin, "Upgrade": "websocket", "Connection": "Upgrade", **key}
        connection = self._asked("GET", "/api/events", None, upgrade | headers)
        said = connection.sock.recv(65536)
        while said.startswith(b"HTTP/1.1 101 ") and b'"snapshot"' not in said:
            more = connection.sock.recv(65536)
            assert more, said
            said += more
        connection.close()
        return said

    def redirected(self) -> str | None:
        """Where HTTP leads."""
        connection = HTTPConnection("127.0.0.1", self._plain, PATIENCE)
        connection.request("GET", "/dial", headers={"Host": HOST})
        with connection.getresponse() as answer:
            return answer.getheader("Location")

    def _asked(self, method: str, path: str, body: object, headers: dict[str, str]) -> HTTPSConnection:
        plain = socket.create_connection(("127.0.0.1", self._secure), PATIENCE, source_address=(BROWSER, 0))
        connection = HTTPSConnection(HOST, self._secure)
        connection.sock = self._trusting.wrap_socket(plain, server_hostname=HOST)
        sent = {"Content-Type": "application/json", **self.headers, **headers}
        content = None if body is None else json.dumps(body)
        connection.request(method, path, content, {name.replace("_", "-"): value for name, value in sent.items()})
        return connection


def examples(*names: str) -> pytest.MarkDecorator:
    """Has a test try example files, where their proxy is installed."""
    tried = []
    for name in names:
        absent = pytest.mark.skipif(program(name) is None, reason=f"the proxy of {name} is not installed")
        tried.append(pytest.param(name, marks=absent))
    return pytest.mark.parametrize("browser", tried, indirect=True)


def program(example: str) -> str | None:
    """The proxy an example file is for; Debian has it where not everybody looks for programs."""
    if sys.platform != "linux":  # elsewhere loopback has one address
        return None
    return shutil.which("nginx" if "nginx" in example else "apache2", path=f"{os.environ['PATH']}:/usr/sbin")


def prepared(example: str, folder: Path, gateway: Gateway) -> tuple[list[str], tuple[int, int], dict[str, str]]:
    """The command that runs a proxy with an example file, its ports, and what Anna shows it."""
    secure, plain = free_port(), free_port()
    certificate = str(gateway.authority.issue(HOST))
    text = (EXAMPLES / example).read_text("utf-8")
    text = re.sub(r"/etc/csta-gateway/(fullchain|privkey)\.pem", certificate, text)
    text = text.replace("127.0.0.1:8080", f"127.0.0.1:{gateway.port}")
    text = text.replace("127.0.0.1:4180", f"127.0.0.1:{gateway.logging_in}")
    text = re.sub(r"(listen |\*:)443\b", rf"\g<1>{secure}", text)
    text = re.sub(r"(listen |\*:)80\b", rf"\g<1>{plain}", text)
    text, replaced = KERBEROS.subn("", text)
    if replaced:
        text = text.replace("Require", "AuthType Basic\nAuthBasicProvider anon\nAnonymous anna\nRequire")
    (folder / example).write_text(text, "utf-8")
    main = folder / "main"
    names = {"folder": folder, "example": example, "secure": secure, "plain": plain}
    if example.startswith("nginx"):
        main.write_text(NGINX.format(**names))
        arguments, known = ["-e", "stderr", "-c", str(main)], {"Cookie": "_oauth2_proxy=anna"}
    else:
        modules = "\n".join(f"LoadModule {name}_module {MODULE_FOLDER}/mod_{name}.so" for name in MODULES.split())
        main.write_text(APACHE.format(**names, modules=modules))
        arguments, known = ["-D", "FOREGROUND", "-f", str(main)], {"Authorization": "Basic YW5uYTp4"}
    return [str(program(example)), *arguments], (secure, plain), known


@pytest.fixture
def browser(request: pytest.FixtureRequest, tmp_path: Path, gateway: Gateway) -> Iterator[Browser]:
    """Before it a proxy with the example file named by the test."""
    command, ports, known = prepared(request.param, tmp_path, gateway)
    with (tmp_path / "log").open("w") as log:
        proxy = subprocess.Popen(command, stderr=log)
    try:
        wait_for(proxy, ports[0], tmp_path / "log")
        yield Browser(ports, gateway.authority.root, known)
    finally:
        proxy.terminate()
        proxy.wait(PATIENCE)


def wait_for(proxy: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Until it listens."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and proxy.poll() is None:
        with socket.socket() as trying:
            if trying.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise AssertionError(f"the proxy did not start:\n{log.read_text()}")


@examples("nginx.conf", "apache.conf")
def test_before_a_gateway_with_passwords(browser: Browser, gateway: Gateway) -> None:
    assert str(browser.redirected()).startswith(f"https://{HOST}/")
    status, _, content = browser.ask("POST", "/api/login/proxy", **FORGED)
    assert (status, b'"not_logged_in"' in content) == (401, True)
    browser.log_in("/api/login", {"user": "anna", "password": PASSWORD}, **FORGED)
    assert gateway.last_login() == {"event": "login", "user": "anna", "address": BROWSER, "by": None}
    pages_are_told_apart(browser)


@examples("nginx-login.conf", "apache-login.conf")
def test_a_log_in_at_the_proxy(browser: Browser, gateway: Gateway) -> None:
    assert str(browser.redirected()).startswith(f"https://{HOST}/")
    stranger = dict(browser.headers)
    assert browser.ask("GET", "/", **FORGED)[0] in {302, 401}
    assert browser.ask("POST", "/api/login/proxy", **FORGED)[0] == 401
    browser.headers.update(browser.known)
    browser.log_in("/api/login/proxy", **FORGED)
    assert gateway.last_login() == {"event": "login", "user": "anna", "address": BROWSER, "by": "header"}
    pages_are_told_apart(browser)
    session = browser.headers["Cookie"].rpartition("; ")[2]
    browser.headers = stranger | {"Cookie": session}
    assert browser.ask("GET", "/api/me")[0] == 401
    assert b" 401 " in browser.events()


def pages_are_told_apart(browser: Browser) -> None:
    """The gateway's own page hears events, others may nothing, and who asks is not taken for the proxy."""
    assert b'"2001"' in browser.events()
    foreign = {"Origin": f"https://{HOST}"}
    assert b" 403 " in browser.events(**foreign)
    assert browser.ask("POST", "/api/login/proxy", **foreign)[0] == 403
    assert browser.ask("GET", "/metrics", **FORGED)[0] == 403
