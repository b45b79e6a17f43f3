"""``csta-gateway user``: the users as the gateway sees them, and what is wrong with them."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from crm_adapter.contactindex import ContactIndex
from crm_adapter.screenpop import Templates
from crm_adapter.staff import Staff
from crm_adapter.users import User, Users
from csta.cli.exits import OK, WRONG, Trouble
from csta.errors import CSTAError
from csta_gateway.cli.settings import add_config, settings
from csta_gateway.config import Config
from csta_gateway.sources import Sources
from csta_gateway.staffing import staff_source

if TYPE_CHECKING:
    from csta_gateway.cli.settings import Subparsers


def add_parser(commands: Subparsers) -> None:
    """Say what the commands take."""
    parser = commands.add_parser("user", help="the users and their telephones")
    below = parser.add_subparsers(required=True, metavar="COMMAND")
    check = below.add_parser(
        "check", help="read users and device lists as `run` does, and tell what is wrong with them"
    )
    check.add_argument("--quiet", action="store_true", help="only what is wrong")
    check.set_defaults(command=_check)
    add_config(check)


def _check(options: argparse.Namespace) -> int:
    staff = _read(settings(options))
    for line in report(staff, quiet=options.quiet):
        print(line)
    return WRONG if staff.findings else OK


def report(staff: Staff, *, quiet: bool = False) -> Iterator[str]:
    """Lines for people: every user with devices, what is wrong, and a sum."""
    if not quiet:
        width = max((len(user.login) for user in staff.users), default=0)
        yield from (f"{user.login:<{width}}  {_devices(user)}" for user in staff.users)
    yield from (f"{finding.kind.replace('_', ' ')}: {finding}" for finding in staff.findings)
    devices = {device for user in staff.users if user.cti_enabled for device in user.devices}
    yield f"{len(staff.users)} users, {len(devices)} devices, {len(staff.findings)} findings"


def _devices(user: User) -> str:
    return f"{', '.join(user.devices) or 'no device'}{'' if user.cti_enabled else ' (CTI is off)'}"


def _read(config: Config) -> Staff:
    """Users and lists, read once. Raises :class:`csta.cli.exits.Trouble`."""
    # Only now is it clear that a reactor is needed.
    from twisted.internet import reactor as installed

    reactor: Any = installed
    ended: list[Staff | Failure] = []

    def begin() -> None:
        Deferred.fromCoroutine(_staff(reactor, config)).addBoth(ended.append).addBoth(lambda _: reactor.stop())

    reactor.callWhenRunning(begin)
    reactor.run()
    result = ended[0] if ended else Failure(KeyboardInterrupt())
    if isinstance(result, Failure):
        if result.check(CSTAError):
            raise Trouble(str(result.value))
        raise result.value or KeyboardInterrupt
    return result


async def _staff(reactor: Any, config: Config) -> Staff:  # noqa: ANN401 -- all of its interfaces
    with ExitStack() as closing:
        index = ContactIndex(config.lookup.index, config.location, reactor, uncertain=config.lookup.uncertain)
        closing.callback(index.close)
        made = Sources(reactor, index, config.location)
        source = made.make(next(each for each in config.sources if each.name == config.users.source))
        closing.callback(source.close)
        templates = Templates(config.screen.templates, config.screen.allowed_hosts)
        reading = staff_source(config, made, source, templates)
        closing.callback(reading.close)
        staff = await reading.read()
        Users(staff.users)  # says who has a login or an extension twice
        return staff
