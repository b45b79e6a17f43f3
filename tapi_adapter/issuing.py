"""A request of :mod:`tapi_adapter.requests` → a call of the library, and its reply → what came of it.

What the library writes to when it hands out the reply must live until then: it is kept in :class:`Issued`.
"""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Callable
from ctypes import byref, c_uint32
from typing import Any, NamedTuple

from tapi_adapter import requests
from tapi_adapter.binding import Library, given, wide
from tapi_adapter.constants import (
    LINEADDRESSMODE,
    LINEBEARERMODE,
    LINECALLPARAMFLAGS,
    LINEDIGITMODE,
    LINEMEDIAMODE,
    LINEPARKMODE,
    LINETRANSFERMODE,
)
from tapi_adapter.layout import LINECALLPARAMS, LINEFORWARD, VARSTRING
from tapi_adapter.records import WIDE, Buffer, Reading
from tapi_adapter.requests import Reply, Request

DEFAULT_COUNTRY = 0
DEFAULT_DURATION = 0
THREE_PARTIES = 3
ROOM_FOR_PLACE = 512


class Issued(NamedTuple):
    """A request that the library has taken.

    :param number: what ``LINE_REPLY`` will name; 0 when it is done already.
    :param result: reads what came of it, after a good reply.
    :param kept: memory the library may read or write until the reply.
    """

    function: str
    number: int
    result: Callable[[], Reply]
    kept: tuple[Any, ...] = ()


def plain(library: Library, function: str, *arguments: int | Buffer | None) -> Issued:
    """A request that gives nothing but its success."""
    return Issued(function, library.call(function, *arguments), Reply, arguments)


def issue(library: Library, request: Request, version: int) -> Issued:
    """Hand a request to the library.

    :param version: API version of the line; the entries of a list of forwardings depend on it.
    :raises LineError: the library refused it at once.
    :raises ValueError: a text cannot be handed over.
    """
    return ISSUERS[type(request)](library, request, version)


def make_call(library: Library, request: requests.MakeCall, version: int) -> Issued:
    """The handle of the new call is written when the reply is handed out."""
    handle, destination = c_uint32(0), wide(request.destination)
    parameters = at_address(request.address) if request.address else None
    function = "lineMakeCallW"
    number = library.call(function, request.line, byref(handle), destination, DEFAULT_COUNTRY, parameters)
    return Issued(function, number, lambda: Reply(call=given(function, handle)), (handle, destination, parameters))


def at_address(address: int) -> Buffer:
    """Parameters of a voice call from an address other than the first of its line."""
    return call_parameters(dwAddressMode=LINEADDRESSMODE.ADDRESSID, dwAddressID=address)


def call_parameters(target: str = "", **values: int) -> Buffer:
    """LINECALLPARAMS of a voice call, and behind it the address to be dialled."""
    behind = target.encode(WIDE) + b"\0\0" if target else b""
    size = ctypes.sizeof(LINECALLPARAMS)
    parameters = LINECALLPARAMS(
        dwTotalSize=size + len(behind),
        dwBearerMode=LINEBEARERMODE.VOICE,
        dwMediaMode=LINEMEDIAMODE.INTERACTIVEVOICE,
        dwTargetAddressSize=len(behind),
        dwTargetAddressOffset=size if behind else 0,
        **values,
    )
    return ctypes.create_string_buffer(bytes(parameters) + behind, size + len(behind))


def setup_transfer(library: Library, request: requests.SetupTransfer, version: int) -> Issued:
    """With LINECALLPARAMFLAGS_ONESTEPTRANSFER the driver dials the consultation call at once."""
    handle, parameters = c_uint32(0), None
    if request.destination:
        flags = LINECALLPARAMFLAGS.ONESTEPTRANSFER
        parameters = call_parameters(
            request.destination, dwCallParamFlags=flags, dwAddressMode=LINEADDRESSMODE.DIALABLEADDR
        )
    function = "lineSetupTransferW"
    number = library.call(function, request.call, byref(handle), parameters)
    return Issued(function, number, lambda: Reply(call=given(function, handle)), (handle, parameters))


def complete_transfer(library: Library, request: requests.CompleteTransfer, version: int) -> Issued:
    """Only a conference has a handle."""
    handle = c_uint32(0)
    function = "lineCompleteTransfer"
    conference = request.mode == LINETRANSFERMODE.CONFERENCE
    where = byref(handle) if conference else None
    number = library.call(function, request.call, request.consult, where, request.mode)
    return Issued(function, number, lambda: Reply(call=given(function, handle) if conference else 0), (handle,))


def setup_conference(library: Library, request: requests.SetupConference, version: int) -> Issued:
    """Gives two handles."""
    conference, consult = c_uint32(0), c_uint32(0)
    function = "lineSetupConferenceW"
    handles = (byref(conference), byref(consult))
    number = library.call(function, request.call, request.line, *handles, THREE_PARTIES, None)
    return Issued(
        function,
        number,
        lambda: Reply(call=given(function, conference), consult=given(function, consult)),
        (conference, consult),
    )


def pickup(library: Library, request: requests.Pickup, version: int) -> Issued:
    """The handle of the call picked up is written with the reply."""
    handle, number, group = c_uint32(0), wide(request.number), wide(request.group)
    function = "linePickupW"
    begun = library.call(function, request.line, request.address, byref(handle), number, group)
    return Issued(function, begun, lambda: Reply(call=given(function, handle)), (handle, number, group))


def unpark(library: Library, request: requests.Unpark, version: int) -> Issued:
    """The handle of the call is written with the reply."""
    handle, number = c_uint32(0), wide(request.number)
    function = "lineUnparkW"
    begun = library.call(function, request.line, request.address, byref(handle), number)
    return Issued(function, begun, lambda: Reply(call=given(function, handle)), (handle, number))


def park(library: Library, request: requests.Park, version: int) -> Issued:
    """A parking place that the driver chooses is written with the reply."""
    place = None
    if request.mode == LINEPARKMODE.NONDIRECTED:
        place = ctypes.create_string_buffer(ROOM_FOR_PLACE)
        struct.pack_into("<I", place, 0, ROOM_FOR_PLACE)
    number = wide(request.number)
    function = "lineParkW"
    begun = library.call(function, request.call, request.mode, number, place)
    return Issued(function, begun, lambda: Reply(number=chosen_place(place)), (number, place))


def chosen_place(place: Buffer | None) -> str:
    """Where a call was parked."""
    if place is None:
        return ""
    used = min(max(struct.unpack_from("<I", place, 8)[0], ctypes.sizeof(VARSTRING)), len(place))
    return Reading(VARSTRING, place.raw[:used], 0).text(VARSTRING.String)


def set_forwards(library: Library, request: requests.SetForwards, version: int) -> Issued:
    """No list ends all forwardings."""
    consult, forwards = c_uint32(0), forward_list(request, version) if request.forwards else None
    function = "lineForwardW"
    where = (request.line, 0, request.address)
    number = library.call(function, *where, forwards, request.rings, byref(consult), None)
    return Issued(function, number, lambda: Reply(consult=consult.value), (consult, forwards))


def forward_list(request: requests.SetForwards, version: int) -> Buffer:
    """LINEFORWARDLIST; its entries are longer from TAPI 3.1 on."""
    size = LINEFORWARD.fixed_size(version)
    first = FORWARD_LIST.size + size * len(request.forwards)
    entries, behind = b"", b""
    for each in request.forwards:
        caller, destination = each.caller.encode(WIDE), each.destination.encode(WIDE)
        entry = LINEFORWARD(
            dwForwardMode=each.mode,
            dwCallerAddressSize=len(caller),
            dwCallerAddressOffset=first + len(behind) if caller else 0,
            dwDestAddressSize=len(destination),
            dwDestAddressOffset=first + len(behind) + len(caller) if destination else 0,
        )
        entries += bytes(entry)[:size]
        behind += caller + destination
    content = FORWARD_LIST.pack(first + len(behind), len(request.forwards)) + entries + behind
    return ctypes.create_string_buffer(content, len(content))


def generate_digits(library: Library, request: requests.GenerateDigits, version: int) -> Issued:
    """Not asynchronous: ``LINE_GENERATE`` tells the end."""
    digits = wide(request.digits)
    return plain(library, "lineGenerateDigitsW", request.call, LINEDIGITMODE.DTMF, digits, DEFAULT_DURATION)


FORWARD_LIST = struct.Struct("<II")
ISSUERS: dict[type, Callable[[Library, Any, int], Issued]] = {
    requests.MakeCall: make_call,
    requests.Dial: lambda on, told, version: plain(on, "lineDialW", told.call, wide(told.destination), DEFAULT_COUNTRY),
    requests.Accept: lambda on, told, version: plain(on, "lineAccept", told.call, None, 0),
    requests.Answer: lambda on, told, version: plain(on, "lineAnswer", told.call, None, 0),
    requests.Drop: lambda on, told, version: plain(on, "lineDrop", told.call, None, 0),
    requests.Hold: lambda on, told, version: plain(on, "lineHold", told.call),
    requests.Unhold: lambda on, told, version: plain(on, "lineUnhold", told.call),
    requests.SwapHold: lambda on, told, version: plain(on, "lineSwapHold", told.active, told.held),
    requests.SetupTransfer: setup_transfer,
    requests.CompleteTransfer: complete_transfer,
    requests.BlindTransfer: lambda on, told, version: plain(
        on, "lineBlindTransferW", told.call, wide(told.destination), DEFAULT_COUNTRY
    ),
    requests.Redirect: lambda on, told, version: plain(
        on, "lineRedirectW", told.call, wide(told.destination), DEFAULT_COUNTRY
    ),
    requests.SetupConference: setup_conference,
    requests.AddToConference: lambda on, told, version: plain(on, "lineAddToConference", told.conference, told.call),
    requests.RemoveFromConference: lambda on, told, version: plain(on, "lineRemoveFromConference", told.call),
    requests.Pickup: pickup,
    requests.Park: park,
    requests.Unpark: unpark,
    requests.SetForwards: set_forwards,
    requests.GenerateDigits: generate_digits,
}
