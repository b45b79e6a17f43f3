"""Every error of the library: whose fault it is, where it happened, and what became of the link."""

from __future__ import annotations


class CSTAError(Exception):
    """Base of every error raised by this package."""


class ProtocolError(CSTAError):
    """Something broke the rules of the link.

    :param reason: what was wrong, in words.
    :param where: path in the message, for example ``call_control_events.DeliveredEvent.calling_device``.
    :param offset: octet offset in the PDU, or None where octets play no part.
    """

    def __init__(self, reason: str, where: str = "", offset: int | None = None) -> None:
        super().__init__(reason, where, offset)
        self.reason = reason
        self.where = where
        self.offset = offset

    def __str__(self) -> str:
        place = self.where
        if self.offset is not None:
            place += f"{' ' if place else ''}at octet {self.offset}"
        return f"{self.reason} ({place})" if place else self.reason


class LocalProtocolError(ProtocolError):
    """This side broke the rules: wrong state, or a value that does not fit. The link stays up."""


class RemoteProtocolError(ProtocolError):
    """The peer broke the rules."""


class DecodeError(RemoteProtocolError):
    """The frame was whole but its contents are not a valid message. The link stays up.

    :ivar invoke_id: the message's invoke id where that much could be read, for the Reject.
    """

    invoke_id: int | None = None


class UnknownMessage(DecodeError):
    """The frame holds a message of a name or number that there is not. The link stays up."""


class FramingError(RemoteProtocolError):
    """Where one message ends and the next begins is lost. The link is closed."""


class RequestError(CSTAError):
    """A request did not succeed; :attr:`request` is the name of its service (``MakeCall``)."""

    def __init__(self, request: str, reason: str) -> None:
        super().__init__(request, reason)
        self.request = request
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.request}: {self.reason}"


class ServiceError(RequestError):
    """The switch answered with a universal failure (ECMA-269 §12.2.14). The link stays up.

    :param category: one of the categories of §9.3.1, for example ``stateIncompatibility``.
    :param code: the error value's name, for example ``noCallToAnswer``; empty for ``unspecified``.
    """

    def __init__(self, request: str, category: str, code: str = "") -> None:
        super().__init__(request, f"{category}/{code}" if code else category)
        self.category = category
        self.code = code


class RequestRejected(RequestError):
    """The peer could not make sense of the request (ROSE reject, X.880). The link stays up."""


class RequestTimeout(RequestError):
    """No answer came in time. The link stays up; a late answer is recognised and dropped."""

    def __init__(self, request: str, seconds: float) -> None:
        super().__init__(request, f"no answer within {seconds:g} s")
        self.seconds = seconds


class RequestCancelled(RequestError):
    """The caller gave up on the request before an answer came."""


class LinkLost(RequestError):
    """The link went down while the request waited, or was down when it was made."""


class AssociationRefused(CSTAError):
    """The switch does not accept this application (wrong log-in, version, or no resources)."""
