"""Forwardings: ``LINEFORWARDMODE`` in the words of ECMA-269 §22.1.20."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from tapi_adapter.constants import LINEFORWARDMODE
from tapi_adapter.descriptions import Forward

_F = LINEFORWARDMODE

TYPES: dict[str, tuple[int, ...]] = {
    "forwardImmediate": (_F.UNCOND,),
    "forwardImmInt": (_F.UNCONDINTERNAL,),
    "forwardImmExt": (_F.UNCONDEXTERNAL,),
    "forwardBusy": (_F.BUSY, _F.BUSYNA),
    "forwardBusyInt": (_F.BUSYINTERNAL, _F.BUSYNAINTERNAL),
    "forwardBusyExt": (_F.BUSYEXTERNAL, _F.BUSYNAEXTERNAL),
    "forwardNoAns": (_F.NOANSW, _F.BUSYNA),
    "forwardNoAnsInt": (_F.NOANSWINTERNAL, _F.BUSYNAINTERNAL),
    "forwardNoAnsExt": (_F.NOANSWEXTERNAL, _F.BUSYNAEXTERNAL),
}
"""Forwarding type → the mode that is set for it, and the one that includes it."""

SPLIT: dict[int, tuple[int, int]] = {
    _F.BUSYNA: (_F.BUSY, _F.NOANSW),
    _F.BUSYNAINTERNAL: (_F.BUSYINTERNAL, _F.NOANSWINTERNAL),
    _F.BUSYNAEXTERNAL: (_F.BUSYEXTERNAL, _F.NOANSWEXTERNAL),
}
"""Modes that are two in one."""


class Settings(NamedTuple):
    """What is set at a device.

    :param forwarding: forwarding type → destination.
    """

    do_not_disturb: bool
    forwarding: dict[str, str]


def read(forwards: Iterable[Forward]) -> Settings:
    """What the forwardings of an address mean; one to nowhere is do-not-disturb (LINEADDRFEATURE_FORWARDDND)."""
    active = [each for each in forwards if not each.caller]
    found = {
        kind: each.destination
        for kind, modes in TYPES.items()
        for each in active
        if each.mode in modes and each.destination
    }
    return Settings(any(_disturbs_not(each) for each in active), found)


def with_do_not_disturb(forwards: Iterable[Forward], on: bool) -> tuple[Forward, ...]:
    """The forwardings to set so that do-not-disturb is on or off."""
    others = tuple(each for each in forwards if not _disturbs_not(each))
    return (*others, Forward(mode=_F.UNCOND)) if on else others


def with_type(forwards: Iterable[Forward], kind: str, destination: str | None) -> tuple[Forward, ...]:
    """The forwardings to set so that those of one type go to ``destination``, or nowhere with None.

    :raises KeyError: TAPI has no such type.
    """
    mode = TYPES[kind][0]
    others = tuple(each for each in _split(forwards) if each.mode != mode or each.caller or _disturbs_not(each))
    return others if destination is None else (*others, Forward(mode=mode, destination=destination))


def _split(forwards: Iterable[Forward]) -> Iterable[Forward]:
    for each in forwards:
        for mode in SPLIT.get(each.mode, (each.mode,)):
            yield Forward(mode=mode, destination=each.destination, caller=each.caller)


def _disturbs_not(forward: Forward) -> bool:
    return forward.mode == _F.UNCOND and not forward.destination and not forward.caller
