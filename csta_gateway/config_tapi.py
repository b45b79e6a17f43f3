"""``[[tapi]]``: Windows Telephony of this machine or of another one, as a link of its own or behind another link."""

from __future__ import annotations

from fnmatch import fnmatchcase

from msgspec import Struct

from csta_gateway.config_sources import Filled
from tapi_adapter.lines import Directory, LineChoice


class Tapi(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[[tapi]]``: Windows Telephony of a machine. It is a link of its own unless a link names it as its ``fallback``.

    :param name: what people call it; shown on the call screen.
    :param agent: name of the agent on that machine; without one it is this machine, which then has to run Windows.
    :param library: path of a telephony library to use instead of ``tapi32.dll``; without ``agent`` only.
    :param lines: which line a device is, for devices that are not found by their extension.
    :param pattern: regular expression whose first group is the extension in the name of a line, where the driver gives
        the lines no numbers.
    :param devices: patterns (``20*``) of the devices this link serves; of a fallback they are those of its link.
    """

    name: Filled
    agent: Filled | None = None
    library: Filled | None = None
    lines: tuple[LineChoice, ...] = ()
    pattern: Filled | None = None
    devices: tuple[Filled, ...] = ("*",)

    def __post_init__(self) -> None:
        """No device twice, a pattern that is one, and one machine."""
        Directory(self.lines, self.pattern)
        if self.agent is not None and self.library is not None:
            raise ValueError("`library` is for Windows Telephony of this machine; leave it out with `agent`")

    takes_uris = False
    """Lines of Windows Telephony have extensions."""

    def serves(self, device: str) -> bool:
        """Whether ``device`` is reached over this link."""
        return any(fnmatchcase(device, pattern) for pattern in self.devices)
