"""TLS between both ends, in memory: certificates that are right, and each way in which they are not."""

from __future__ import annotations

import os
import re
from errno import EACCES
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionAborted
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.task import Clock
from twisted.python.failure import Failure
from twisted.test.iosim import FakeTransport, IOPump, connect

from csta.client import Client, ClientFactory
from csta.endpoints import CertificateInvalid, Description, client_endpoint, describe, server_endpoint, why_lost
from csta.errors import LinkLost
from csta.simulator.calls import Extension
from csta.simulator.server import SwitchServer
from csta.simulator.switch import Switch
from tests.certificates import DAY, NOW, Authority

HOST = "pbx.example.org"


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ours"), "ours")


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("theirs"), "theirs")


class Cable(Clock):
    """A reactor with one cable between one server and one client."""

    def __init__(self) -> None:
        super().__init__()
        self.listening: Factory
        self.wire: IOPump | None = None

    def listenTCP(self, port: int, factory: Factory, **_: object) -> None:
        """Twisted: somebody waits for clients."""
        self.listening = factory

    def connectTCP(self, host: str, port: int, factory: Factory, **_: object) -> None:
        """Twisted: somebody connects."""
        client, server = factory.buildProtocol(None), self.listening.buildProtocol(None)
        ends = (server, FakeTransport(server, isServer=True), client, FakeTransport(client, isServer=False))
        self.wire = connect(*ends, clock=self, greet=False)

    def settle(self, seconds: float = 0) -> None:
        """Let time pass and everything arrive."""
        self.advance(seconds)
        while self.wire is not None and self.wire.pump():
            self.advance(0)


class Link:
    """What a client over TLS comes to."""

    def __init__(self, server: str, client: str) -> None:
        self.cable = Cable()
        self.switch = SwitchServer(self.cable, Switch([Extension("2001")]))
        server_endpoint(self.cable, server).listen(self.switch.factory("xml"))
        self.ended: list[Any] = []
        factory = ClientFactory(self.cable, "xml")
        opened = factory.connect(client_endpoint(self.cable, client), "the switch")
        opened.addBoth(lambda result: self.ended.append(getattr(result, "value", result)))
        for _ in range(5):
            self.cable.settle()

    @property
    def words(self) -> str:
        """What ended it, at once or with the first request."""
        [end] = self.ended
        if isinstance(end, Client):
            asked: list[Any] = []
            status: Deferred[Any] = end.system.request_system_status()
            status.addBoth(lambda result: asked.append(getattr(result, "value", result)))
            self.cable.settle()
            [end] = asked
        return str(end) if isinstance(end, LinkLost) else f"works: {type(end).__name__}"


def tls(certificate: Path, **more: Path | str) -> str:
    return ":".join([f"tls:8802:certificate={certificate}", *(f"{key}={value}" for key, value in more.items())])


def to(host: str, **more: Path | str) -> str:
    return ":".join([f"tls:{host}:8802", *(f"{key}={value}" for key, value in more.items())])


def test_a_pinned_authority_and_the_right_name(ours: Authority) -> None:
    link = Link(tls(ours.issue(HOST)), to(HOST, trustRoots=ours.root))
    assert link.words == "works: RequestSystemStatusResponse"


def test_a_directory_of_authorities(ours: Authority) -> None:
    link = Link(tls(ours.issue(HOST)), to(HOST, trustRoots=ours.root.parent))
    assert link.words == "works: RequestSystemStatusResponse"


def test_a_certificate_for_an_address(ours: Authority) -> None:
    link = Link(tls(ours.issue("192.0.2.1")), to("192.0.2.1", trustRoots=ours.root))
    assert link.words == "works: RequestSystemStatusResponse"


def test_a_certificate_for_another_name_than_the_address(ours: Authority) -> None:
    link = Link(tls(ours.issue(HOST)), to("192.0.2.1", trustRoots=ours.root, hostname=HOST))
    assert link.words == "works: RequestSystemStatusResponse"


def test_both_ends_show_certificates(ours: Authority, theirs: Authority) -> None:
    server = tls(ours.issue(HOST), trustRoots=theirs.root)
    link = Link(server, to(HOST, trustRoots=ours.root, certificate=theirs.issue("gateway")))
    assert link.words == "works: RequestSystemStatusResponse"


def test_the_wrong_authority(ours: Authority, theirs: Authority) -> None:
    link = Link(tls(theirs.issue(HOST)), to(HOST, trustRoots=ours.root))
    assert f"TLS: the certificate of {HOST} is not signed by an authority trusted here" in link.words


def test_an_authority_that_is_not_pinned_is_not_trusted(ours: Authority) -> None:
    link = Link(tls(ours.issue(HOST)), to(HOST))
    assert "is not signed by an authority trusted here" in link.words


@pytest.mark.parametrize(
    ("name", "wanted"), [("other.example.org", HOST), ("192.0.2.2", "192.0.2.1"), (HOST, "192.0.2.1")]
)
def test_the_wrong_host(ours: Authority, name: str, wanted: str) -> None:
    link = Link(tls(ours.issue(name)), to(wanted, trustRoots=ours.root))
    assert f"the certificate of {wanted} is not for this host but for {name}" in link.words


def test_an_expired_certificate(ours: Authority) -> None:
    expired = ours.issue(HOST, first=NOW - 9 * DAY, last=NOW - 2 * DAY)
    link = Link(tls(expired), to(HOST, trustRoots=ours.root))
    assert f"expired on {NOW - 2 * DAY:%Y-%m-%d}" in link.words


def test_a_certificate_of_the_future(ours: Authority) -> None:
    early = ours.issue(HOST, first=NOW + 2 * DAY, last=NOW + 9 * DAY)
    link = Link(tls(early), to(HOST, trustRoots=ours.root))
    assert "only; is the clock right?" in link.words


def test_a_client_without_a_certificate(ours: Authority, theirs: Authority) -> None:
    link = Link(tls(ours.issue(HOST), trustRoots=theirs.root), to(HOST, trustRoots=ours.root))
    assert "the peer wants a certificate of this side" in link.words


def test_a_client_with_a_certificate_of_somebody_else(ours: Authority, theirs: Authority) -> None:
    server = tls(ours.issue(HOST), trustRoots=theirs.root)
    link = Link(server, to(HOST, trustRoots=ours.root, certificate=ours.issue("gateway")))
    assert "the peer does not trust the authority" in link.words


def test_a_client_takes_renewed_certificates_when_it_connects_and_keeps_the_old_ones_over_a_torn_file(
    ours: Authority, theirs: Authority, tmp_path: Path
) -> None:
    trusted = tmp_path / "trusted.pem"
    trusted.write_bytes(theirs.root.read_bytes())
    cable = Cable()
    switch = SwitchServer(cable, Switch([Extension("2001")]))
    server_endpoint(cable, tls(ours.issue(HOST))).listen(switch.factory("xml"))
    target = client_endpoint(cable, to(HOST, trustRoots=trusted))
    for content in (ours.root.read_bytes(), b"torn"):
        trusted.write_bytes(content)
        opened: list[Any] = []
        ClientFactory(cable, "xml").connect(target, "the switch").addBoth(opened.append)
        for _ in range(5):
            cable.settle()
        (client,) = opened
        asked: list[Any] = []
        client.system.request_system_status().addBoth(asked.append)
        cable.settle()
        assert type(asked[0]).__name__ == "RequestSystemStatusResponse"


def test_tls_to_a_link_without_it(ours: Authority) -> None:
    link = Link("tcp:8800", to(HOST, trustRoots=ours.root))
    assert link.words == "link: TLS: the peer closed the connection before TLS was agreed on; does it speak TLS?"


def test_a_link_without_tls_to_one_with_it(ours: Authority) -> None:
    link = Link(tls(ours.issue(HOST)), "tcp:pbx:8802")
    assert link.words.startswith("RequestSystemStatus: ")


def test_a_peer_that_never_agrees_on_tls(ours: Authority) -> None:
    cable = Cable()
    cable.listening = Factory.forProtocol(Protocol)
    ended: list[Any] = []
    opened = ClientFactory(cable, "xml").connect(client_endpoint(cable, to(HOST, trustRoots=ours.root)), "the switch")
    opened.addErrback(lambda failure: ended.append(str(failure.value)))
    for _ in range(12):
        cable.settle(1)
    assert ended == ["link: TLS: the peer took longer than 10 s to agree on it"]
    assert not cable.getDelayedCalls()


WRONG = [
    ("tcp:8800", "write it as tcp:host:port"),
    ("tcp:pbx:eight", "invalid literal"),
    ("ssl:pbx:8802", "begin it with tcp:, tls:, unix:"),
    ("pbx", "begin it with tcp:, tls:, unix:"),
    ("", "begin it with"),
    ("tcp:pbx:8800:trustRoots=ca.pem", "tcp: has no 'trustRoots'; it has"),
    ("tls:pbx:8802:verify=no", "tls: has no 'verify'"),
    ("tls:pbx:8802:trustRoots=nowhere.pem", "nowhere.pem: No such file or directory"),
    ("tls:pbx:8802:trustRoots={empty}", "no *.pem in"),
    ("tls:pbx:8802:trustRoots={words}", "words.txt holds no certificate in PEM form"),
    ("tls:pbx:8802:certificate={words}", "words.txt holds no certificate in PEM form"),
    ("tls:pbx:8802:certificate={mine}:privateKey={words}", "words.txt holds no private key in PEM form"),
    ("tls:pbx:8802:certificate={mine}:privateKey={other}", "is not the key of"),
    ("tls:pbx:8802:certificate={mine}:privateKey=nowhere.pem", "No such file"),
    ("tls:pbx:8802:privateKey={mine}", "privateKey goes with certificate"),
    ("unix:a:b", "write it as"),
]


@pytest.mark.parametrize(("endpoint", "words"), WRONG)
def test_an_endpoint_that_cannot_be_is_told_in_words(
    endpoint: str, words: str, ours: Authority, tmp_path: Path
) -> None:
    (tmp_path / "words.txt").write_text("no certificate")
    (tmp_path / "empty").mkdir()
    files = {
        "empty": tmp_path / "empty",
        "words": tmp_path / "words.txt",
        "mine": ours.issue("a"),
        "other": ours.issue("b"),
    }
    with pytest.raises(ValueError, match=re.escape(words)):
        client_endpoint(Clock(), endpoint.format_map({name.partition(".")[0]: file for name, file in files.items()}))


def test_a_key_that_may_not_be_read_is_told_with_what_to_do(ours: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    file = ours.issue("a")

    def refuse(path: Path) -> bytes:
        raise PermissionError(EACCES, os.strerror(EACCES), str(path))  # whoever runs the tests may be root

    monkeypatch.setattr(Path, "read_bytes", refuse)
    words = f"{file}: Permission denied; let the user this program runs as read it"
    with pytest.raises(CertificateInvalid, match=re.escape(words)):
        server_endpoint(Clock(), f"tls:8802:certificate={file}")


@pytest.mark.parametrize(
    ("endpoint", "words"),
    [
        ("tls:8802", "tls: needs certificate=file to listen"),
        ("tcp:pbx:8800", "write it as tcp:port"),
        ("ssl:1", "begin it"),
    ],
)
def test_an_endpoint_to_listen_on_that_cannot_be(endpoint: str, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        server_endpoint(Clock(), endpoint)


PARTS = [
    ("tcp:pbx:8800", Description("tcp", ("pbx", "8800"), {}), "tcp:pbx:8800"),
    ("tcp:[2001:db8::1]:8800", Description("tcp", ("2001:db8::1", "8800"), {}), r"tcp:2001\:db8\:\:1:8800"),
    ("tls:h:1:trustRoots=c\\:/ca.pem", Description("tls", ("h", "1"), {"trustRoots": "c:/ca.pem"}), "tcp:h:1"),
    ("tcp:h:1:timeout=5", Description("tcp", ("h", "1"), {"timeout": "5"}), "tcp:h:1:timeout=5"),
    ("unix:/run/csta", Description("unix", ("/run/csta",), {}), "unix:/run/csta"),
]


@pytest.mark.parametrize(("endpoint", "parts", "below"), PARTS)
def test_an_endpoint_taken_apart(endpoint: str, parts: Description, below: str) -> None:
    assert describe(endpoint) == parts
    assert describe(endpoint).without_tls() == below


def test_other_ends_keep_the_words_of_twisted() -> None:
    assert (
        why_lost(Failure(ConnectionAborted())) == "Connection was aborted locally using ITCPTransport.abortConnection."
    )
