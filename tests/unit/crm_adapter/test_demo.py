from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from argon2 import PasswordHasher

from crm_adapter import demo
from crm_adapter.indexed import IndexedSource
from crm_adapter.lookup import ranked
from crm_adapter.numbers import normalise
from crm_adapter.phoneindex import index_entry
from crm_adapter.users import Users

if TYPE_CHECKING:
    from tests.unit.crm_adapter.conftest import Done


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> demo.Demo:
    return demo.create(tmp_path_factory.mktemp("demo") / "crm.db")


@pytest.fixture
def crm(done: Done, made: demo.Demo, embedded: Callable[..., IndexedSource]) -> IndexedSource:
    source = embedded(made.url, demo.LOCATION)
    done(source.start())
    return source


@pytest.mark.parametrize(
    ("caller", "names"),
    list(
        zip(
            demo.CALLERS,
            [
                ["Erika Mustermann"],
                ["Jürgen Krüger", "Sabine Krüger", "Krüger & Söhne Haustechnik"],
                ["Emily Clarke"],
                ["Muster GmbH"],
                [],
                ["Lukas Gruber"],
                [],
                ["Sabine Krüger", "Tom Krüger"],
                [],
            ],
            strict=True,
        )
    ),
)
def test_who_the_callers_are(done: Done, crm: IndexedSource, caller: demo.Caller, names: list[str]) -> None:
    matches = ranked(done(crm.lookup(normalise(caller.number, demo.LOCATION))))
    assert [match.name for match in matches] == names


def test_the_colleagues_can_log_in_and_be_called(done: Done, crm: IndexedSource, made: demo.Demo) -> None:
    users = Users(done(crm.users()))
    assert users.devices() == {"2001", "2002", "2003", "2004", "2005"}
    assert users.by_extension("2000") is not None
    assert set(made.passwords) == {"anna", "jonas"}
    for login, password in made.passwords.items():
        user = users.by_login(login)
        assert user is not None
        assert PasswordHasher().verify(user.password_hash, password)
    assert all(not user.password_hash for user in users if user.login not in made.passwords)


def test_a_new_demo_replaces_the_old_one_and_has_other_passwords(tmp_path: Path) -> None:
    first, second = (demo.create(tmp_path / "crm.db") for _ in range(2))
    assert first.url == second.url
    assert first.passwords != second.passwords


def test_passwords_can_be_chosen(tmp_path: Path) -> None:
    assert demo.create(tmp_path / "crm.db", {"anna": "x"}).passwords == {"anna": "x"}


def test_every_number_is_understood() -> None:
    numbers = [phone.raw for company in demo.CONTACTS for phone in company.phones]
    numbers += [phone.raw for company in demo.CONTACTS for person in company.people for phone in person.phones]
    assert all(index_entry(raw, demo.LOCATION) for raw in numbers)
