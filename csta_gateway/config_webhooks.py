"""``[[webhooks]]``: other programs that are told of calls as they happen."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Literal
from urllib.parse import urlsplit

from msgspec import Struct

from crm_adapter.calllist import CallEntry
from csta_gateway.addresses import is_loopback
from csta_gateway.config_sources import Filled, Seconds

Stage = Literal["ringing", "answered", "ended"]


class Webhook(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[[webhooks]]``: an address that gets a signed POST for calls that ring, are answered and end.

    :param name: shown in logs and metrics.
    :param url: where it is sent, ``https://`` unless it is this machine.
    :param secret_file: file whose first line is the secret the messages are signed with.
    :param shape: ``csta``: JSON with the call as in the API; ``helpdesk``: a form with ``newCall``, ``answer`` and
        ``hangup``, as many help desks take it.
    :param events: which of ``ringing`` (also of calls dialled), ``answered`` and ``ended``.
    :param users: logins whose calls are told; empty: all.
    :param devices: patterns (``20*``) of the devices whose calls are told.
    :param timeout_seconds: how long an answer may take.
    """

    name: Filled
    url: Filled
    secret_file: Filled
    shape: Literal["csta", "helpdesk"] = "csta"
    events: tuple[Stage, ...] = ("ringing", "answered", "ended")
    users: tuple[Filled, ...] = ()
    devices: tuple[Filled, ...] = ("*",)
    timeout_seconds: Seconds = 10.0

    def __post_init__(self) -> None:
        """Numbers of callers do not go over a network in the clear."""
        address = urlsplit(self.url)
        if address.scheme != "https" and not (address.scheme == "http" and is_loopback(address.hostname or "")):
            raise ValueError(f"`url`: `{self.url}` must begin with https://; only to this machine http:// will do")
        if not address.hostname or address.username or address.fragment:
            raise ValueError(f"`url`: `{self.url}` is not an address to send to; write it as https://host/path")

    def wants(self, login: str, call: CallEntry, stage: Stage) -> bool:
        """Whether this is one to be told of."""
        known = not self.users or login in self.users
        return known and stage in self.events and any(fnmatchcase(call.device, each) for each in self.devices)
