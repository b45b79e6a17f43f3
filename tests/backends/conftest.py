"""Real servers, each started once for all processes of the test run, and a place in them for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from msgspec import structs

from crm_adapter.contactindex import ContactIndex
from crm_adapter.directory import DirectorySource
from csta_gateway.config_sources import Source
from csta_gateway.sources import Sources
from tests.backends.crm import MUNICH, PASSWORD, PATIENT, Crm
from tests.backends.network import Network, Way
from tests.backends.servers.mariadb import MariaDb
from tests.backends.servers.postgresql import PostgreSql
from tests.backends.servers.radicale import Radicale
from tests.backends.servers.sage import Sage
from tests.backends.servers.slapd import Slapd
from tests.backends.servers.sqlite import Sqlite
from tests.backends.servers.tables import Embedded, Own
from tests.backends.servers.tryton import Tryton
from tests.backends.sharing import Sharing, sharing

Make = Callable[[Sharing, Path, Network], Any]

CRMS: dict[str, Make] = {
    "embedded-sqlite": lambda share, folder, network: Embedded(Sqlite(folder)),
    "embedded-postgresql": lambda share, folder, network: Embedded(PostgreSql(share)),
    "embedded-mariadb": lambda share, folder, network: Embedded(MariaDb(share)),
    "sagecrm-sqlite": lambda share, folder, network: Sage(Sqlite(folder)),
    "sagecrm-postgresql": lambda share, folder, network: Sage(PostgreSql(share)),
    "sagecrm-mariadb": lambda share, folder, network: Sage(MariaDb(share)),
    "own-sqlite": lambda share, folder, network: Own(Sqlite(folder)),
    "own-postgresql": lambda share, folder, network: Own(PostgreSql(share)),
    "own-mariadb": lambda share, folder, network: Own(MariaDb(share)),
    "tryton": lambda share, folder, network: Tryton(share, folder, strict=False),
    "tryton-strict": lambda share, folder, network: Tryton(share, folder, strict=True),
    "slapd": Slapd,
    "radicale": lambda share, folder, network: Radicale(share, folder),
}
"""What the source is asked in."""


@pytest.fixture(scope="session")
def share(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Sharing:
    return sharing(pytestconfig, tmp_path_factory)


@pytest.fixture(scope="session")
def reactor() -> Iterator[Any]:
    """The one of the process; tests turn it by hand."""
    from twisted.internet import reactor as ours  # not before: it is made by the first import

    running = cast(Any, ours)
    running.startRunning(installSignalHandlers=False)
    yield running
    running.fireSystemEvent("shutdown")  # ends its threads


@pytest.fixture
def network(reactor: Any) -> Iterator[Network]:  # noqa: ANN401 -- all of its interfaces
    network = Network(reactor)
    yield network
    network.close()


@pytest.fixture
def crm(request: pytest.FixtureRequest, share: Sharing, tmp_path: Path, network: Network) -> Iterator[Crm]:
    """The CRM a test is parametrised with by name."""
    crm = CRMS[request.param](share, tmp_path, network)
    yield crm
    crm.close()


@pytest.fixture
def way(crm: Crm, network: Network) -> Way:
    """How the source comes to the server."""
    return network.way_to(crm.port)


@pytest.fixture
def open_source(crm: Crm, way: Way, network: Network, tmp_path: Path) -> Iterator[Callable[..., DirectorySource]]:
    """Make the source as the gateway does, with an index of its own."""
    index = ContactIndex(f"sqlite:///{tmp_path / 'index.db'}", MUNICH, network.reactor)
    network.run(index.start())
    opened: list[DirectorySource] = []

    def make(password: str = PASSWORD, seconds: float = PATIENT, settings: Source | None = None) -> DirectorySource:
        described = crm.source(way, password) if settings is None else settings
        settings = structs.replace(described, timeout_seconds=seconds, writable=True)
        opened.append(Sources(network.reactor, index, MUNICH).make(settings))
        return opened[-1]

    yield make
    for source in opened:
        source.close()
    index.close()


@pytest.fixture
def source(open_source: Callable[..., DirectorySource]) -> DirectorySource:
    return open_source()
