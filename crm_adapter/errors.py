"""What can go wrong on the CRM side."""

from __future__ import annotations

from typing import Literal

from csta.errors import CSTAError

WriteReason = Literal["forbidden", "changed", "gone", "full", "refused"]
"""The gateway may not write there; the record was changed meanwhile, or is gone; it has no room; or anything else."""


class DirectoryError(CSTAError):
    """A source of contacts or users cannot be reached or gives something that makes no sense."""


class WriteRefused(DirectoryError):
    """A source that can be reached does not take what was to be written.

    :param reason: key of the sentence for the user in :data:`crm_adapter.texts.WRITE_REFUSED`.
    :param told: what the source said, for those who run the gateway.
    """

    def __init__(self, reason: WriteReason, told: str) -> None:
        super().__init__(told)
        self.reason: WriteReason = reason


class UsersInvalid(CSTAError):
    """The user records contradict each other; the text names every user concerned."""


class TemplateInvalid(CSTAError):
    """A URL template cannot be used.

    :param place: name of the template.
    :param reason: what is wrong with it and what would be right.
    """

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(place, reason)
        self.place = place
        self.reason = reason

    def __str__(self) -> str:
        return f"template {self.place!r}: {self.reason}"


class NumberInvalid(CSTAError, ValueError):
    """A number nobody can dial.

    :param reason: key of the sentence for the user in :data:`crm_adapter.texts.NUMBER_INVALID`.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
