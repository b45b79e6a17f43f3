"""How a link is opened and ended: what each kind of association says, and what it makes of what the peer says.

An association neither writes nor keeps the state: it gives the :class:`Step` to take, the session takes it if the table
of :mod:`csta.session.states` allows it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from csta.apdu import Abort, Apdu, Associate, AssociateResponse, Release, ReleaseResponse
from csta.errors import AssociationRefused, CSTAError, RemoteProtocolError
from csta.messages.application_session import StartApplicationSession, StartApplicationSessionPosResponse
from csta.messages.zultys import LoginRequest, LoginResponse
from csta.session.settings import Role
from csta.session.states import Move

DIAGNOSTICS: dict[int, tuple[str, ...]] = {
    1: (
        "no reason given",
        "no reason given",
        "it does not know the application context",
        "it does not know the calling application process",
        "it does not know the calling application process invocation",
        "it does not know the calling application entity",
        "it does not know the calling application entity invocation",
        "it does not know the called application process",
        "it does not know the called application process invocation",
        "it does not know the called application entity",
        "it does not know the called application entity invocation",
        "it does not know the way of authentication",
        "it wants the way of authentication named",
        "name or password is wrong",
        "it wants a name and a password",
    ),
    2: ("no reason given", "no reason given", "no common version of ACSE"),
}
"""Why an association is refused, by who refuses it and the number of the reason (X.227 §9.2)."""

REFUSED_FOR_GOOD = 1
AUTHENTICATION_FAILURE, AUTHENTICATION_REQUIRED = 13, 14

Peer = (
    Associate
    | AssociateResponse
    | StartApplicationSession
    | StartApplicationSessionPosResponse
    | LoginRequest
    | LoginResponse
)
"""What the peer says of itself."""

Admission = Callable[[Associate], AssociateResponse]
"""Decides on the switching function's side whether an application may associate."""


class Step(NamedTuple):
    """One step of an association.

    :param send: what to send for it.
    :param error: why the link ends with it, None when it ends in order.
    :param peer: what the peer said of itself, when the association is open by it.
    :param edition: namespace that both agreed to write.
    """

    move: Move
    send: Apdu | None = None
    error: CSTAError | None = None
    peer: Peer | None = None
    edition: str | None = None


class Association:
    """None: messages flow as soon as the connection is there."""

    def open(self, role: Role, next_id: Callable[[], int], *, private: bool = False) -> Step:
        """The connection below is there.

        :param next_id: gives the invoke ids of this side.
        :param private: whether nobody else can read it (TLS).
        """
        return Step(Move.START)

    def release(self) -> Step:
        """This side wants to end in order."""
        return Step(Move.STOP)

    def abort(self) -> Apdu | None:
        """What to send before the connection is closed because the peer broke the rules."""
        return None

    def next_deadline(self) -> float | None:
        """When :meth:`due` is to be asked next, None for never."""
        return None

    def due(self, now: float) -> Step | None:
        """What the association has to do at ``now``."""
        return None

    def hear(self, apdu: Apdu, now: float) -> Step | None:
        """What an APDU of the peer means for the association; None: nothing, it is for the session."""
        step = _FROM_PEER.get(type(apdu))
        return None if step is None else step(self, apdu)

    def admit(self, asked: Associate) -> AssociateResponse:
        """Whether an application may associate; everybody may."""
        return AssociateResponse(asked.application_context, 0)

    def _asked(self, asked: Associate) -> Step:
        answer = self.admit(asked)
        if not answer.result:
            return Step(Move.PEER_ASKS, answer, peer=asked)
        return Step(
            Move.PEER_ASKS_IN_VAIN, answer, AssociationRefused(f"the application was refused: {refusal(answer)}")
        )

    def _answered(self, answer: AssociateResponse) -> Step:
        if not answer.result:
            return Step(Move.PEER_ACCEPTS, peer=answer)
        how = "for good" if answer.result == REFUSED_FOR_GOOD else "for now"
        refused = AssociationRefused(f"the switch refused the association {how}: {refusal(answer)}")
        return Step(Move.PEER_REFUSES, error=refused)

    def _released(self, _: Release) -> Step:
        return Step(Move.PEER_RELEASES, ReleaseResponse())

    def _agreed(self, _: ReleaseResponse) -> Step:
        return Step(Move.PEER_AGREES)

    def _aborted(self, abort: Abort) -> Step:
        who = "the peer" if abort.source == 0 else "the peer's ACSE provider"
        return Step(Move.PEER_ABORTS, error=RemoteProtocolError(f"{who} aborted the association", "association"))


_FROM_PEER: dict[type, Callable[..., Step]] = {
    Associate: Association._asked,
    AssociateResponse: Association._answered,
    Release: Association._released,
    ReleaseResponse: Association._agreed,
    Abort: Association._aborted,
}


class AcseAssociation(Association):
    """ACSE (X.227), on ASN.1 links.

    :param request: what the computing function asks with; the switching function takes any.
    :param admission: the switching function's decision; all are accepted where left out.
    """

    def __init__(self, request: Associate, admission: Admission | None = None) -> None:
        self._request = request
        self._admission = admission

    def open(self, role: Role, next_id: Callable[[], int], *, private: bool = False) -> Step:
        """Ask, or wait to be asked."""
        return Step(Move.ASK, self._request) if role is Role.COMPUTING else Step(Move.AWAIT)

    def release(self) -> Step:
        """Ask the peer to agree."""
        return Step(Move.RELEASE, Release())

    def abort(self) -> Apdu:
        """Nothing more is taken nor sent."""
        return Abort()

    def admit(self, asked: Associate) -> AssociateResponse:
        """Ask the admission."""
        return super().admit(asked) if self._admission is None else self._admission(asked)


def refusal(answer: AssociateResponse) -> str:
    """Why an association was refused, in words."""
    reasons = DIAGNOSTICS.get(answer.source, ())
    if 0 <= answer.diagnostic < len(reasons):
        return reasons[answer.diagnostic]
    return f"reason {answer.diagnostic}, which the standard does not have"
