"""Who is at the far end of a call, as one event after the other tells more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from csta.model.call import UNKNOWN, Call, Direction, Party
from csta.model.happenings import Conferenced, Happening, Regrouping, Transferred
from csta.model.moves import IsHere


def learn(known: Party, said: Party | None) -> Party:
    """What is known of a party after an event: "not known" takes nothing back, and a name stays with its number."""
    if said is None or (said == UNKNOWN and known != UNKNOWN):
        return known
    return replace(said, name=said.name or known.name) if said.number == known.number else said


def other_end(call: Call, happening: Happening, is_here: IsHere, regrouped: bool) -> Party:
    """The far party: the caller of an incoming call, the called party of an outgoing one.

    :param regrouped: a transfer or conference named the far party before. Calling and called device go on to speak
        of the call's beginning then (§12.3.6, §12.3.7), so they may only complete what is known.
    """
    said = happening.calling if call.direction is Direction.INCOMING else happening.called
    if said is not None and is_here(said.number):
        said = None
    if regrouped and said is not None and call.other.number not in (None, said.number):
        said = None
    other = learn(call.other, said)
    return learn(other, happening.subject) if happening.subject.number == other.number else other


def regrouped_parties(call: Call, happening: Regrouping, is_here: IsHere) -> tuple[Party, ...]:
    """Far parties after a transfer or conference.

    They keep the names they had; a party the event lists without a number, as switches do with those outside, is taken
    for one that was in the call before.
    """
    gone = happening.subject.number if isinstance(happening, Transferred) else None
    before = {party.number: party for party in call.parties if gone is None or party.number != gone}
    added = {party.number: party for party in (happening.added,) if party != UNKNOWN}
    stay = before if isinstance(happening, Conferenced) else {}
    listed = happening.parties or tuple(stay.values())
    far = [party for party in listed if party.number is None or not (is_here(party.number) or party.number == gone)]
    if not happening.parties or not far:  # a party still to be reached need not be listed
        far += [party for party in added.values() if party not in far and not is_here(party.number)]
    named = {party.number for party in far}
    spare = iter([party for number, party in before.items() if number not in named])
    known = added | before
    return tuple(
        next(spare, party) if party.number is None else learn(known.get(party.number, party), party) for party in far
    ) or (UNKNOWN,)


def still_there(parties: tuple[Party, ...], leaver: str | None) -> tuple[Party, ...]:
    """The parties of a conference after one left; a leaver that cannot be told apart is one of the unnamed ones."""
    left = next((party for party in parties if party.number == leaver), None)
    if left is None:
        left = next((party for party in parties if party.number is None), None)
    return tuple(party for party in parties if party is not left)


def first_of(known: Party, parties: Iterable[Party]) -> Party:
    """The party to show as the far end: the one shown before while it is still there, else the first."""
    present = tuple(parties)
    return next((party for party in present if party.number == known.number), present[0] if present else UNKNOWN)
