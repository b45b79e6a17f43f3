"""What crosses between agent and gateway: every value comes out as it went in, and nothing else does harm."""

from __future__ import annotations

from collections.abc import Iterator
from types import NoneType
from typing import Any, cast, get_args, get_origin, get_type_hints

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransportWithDisconnection
from twisted.protocols import amp

from csta.errors import CSTAError, LinkLost, RequestTimeout
from tapi_adapter import messages, protocol, requests
from tapi_adapter.constants import LINEERR
from tapi_adapter.descriptions import AddressStatus, CallInfo, CallStatus, LineDescription
from tapi_adapter.errors import LineError
from tapi_adapter.protocol import LONGEST_PIECE, Failed, NotServed, Value
from tapi_adapter.remote import Reception, RemoteTelephony, common_version
from tapi_adapter.wire import Wire

KINDS = {
    "messages": tuple[messages.Message, ...],
    "lines": tuple[LineDescription, ...],
    "handles": tuple[int, ...],
    "call": CallInfo,
    "status": CallStatus,
    "address": AddressStatus,
    "request": requests.Request,
    "reply": requests.Reply,
    "nothing": None,
    "text": str,
    "number": int,
}


def values_of(kind: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401 - a type
    """Values of a type that crosses."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return st.builds(kind, **{name: values_of(each) for name, each in get_type_hints(kind).items()})
    if get_origin(kind) is tuple:
        return st.lists(values_of(get_args(kind)[0]), max_size=5).map(tuple)
    if get_args(kind):
        return st.one_of(*map(values_of, get_args(kind)))
    return PLAIN[kind]


PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    int: st.integers(0, 2**32 - 1),
    str: st.text(),
    float: st.floats(allow_nan=False),
    bool: st.booleans(),
    None: st.none(),
    NoneType: st.none(),
}


def crossed(kind: Any, value: object) -> object:  # noqa: ANN401 - a type
    """A value that went through a box and its octets."""
    argument, box, found = Value(kind), amp.AmpBox(), dict[str, object]()
    argument.toBox(b"value", box, {"value": value}, None)
    [received] = amp.parseString(box.serialize())
    argument.fromBox(b"value", received, found, None)
    return found["value"]


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
@settings(max_examples=40)
@given(data=st.data())
def test_a_value_comes_out_as_it_went_in(kind: Any, data: st.DataObject) -> None:  # noqa: ANN401
    value = data.draw(values_of(kind))
    assert crossed(kind, value) == value


@pytest.mark.parametrize("length", [0, 1, LONGEST_PIECE - 3, LONGEST_PIECE, LONGEST_PIECE + 1, 12 * LONGEST_PIECE])
def test_a_long_value_goes_in_pieces(length: int) -> None:
    assert crossed(str, "x" * length) == "x" * length


def commands() -> Iterator[type[amp.Command]]:
    found = [each for each in vars(protocol).values() if isinstance(each, type) and issubclass(each, amp.Command)]
    yield from (each for each in found if each not in (amp.Command, protocol.Question))


@pytest.mark.parametrize("command", list(commands()), ids=lambda command: command.__name__)
def test_every_value_of_every_command_is_typed(command: type[amp.Command]) -> None:
    assert all(isinstance(value, Value) for _, value in (*command.arguments, *command.response))


ERRORS = [
    LineError("lineMakeCall", LINEERR.NOTOWNER),
    LineError("lineMakeCall", 0x8BADF00D, "made up"),
    RequestTimeout("MakeCall", 10),
    LinkLost("MakeCall", "the telephony service is down"),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_comes_out_as_it_went_in(error: CSTAError) -> None:
    came = Failed(str(Failed.of(error))).error()
    assert (type(came), str(came)) == (type(error), str(error))


def reception() -> tuple[Clock, Wire, StringTransportWithDisconnection]:
    """The gateway's side of a connection, which takes whoever says hello."""
    clock = Clock()
    remote = RemoteTelephony(clock, "desk")
    remote.start(lambda message: None)
    wire = Reception(clock, lambda wire: remote).buildProtocol(None)
    assert wire is not None
    transport = StringTransportWithDisconnection()
    transport.protocol = cast(Any, wire)
    wire.makeConnection(transport)
    return clock, wire, transport


def octets(command: type[amp.Command], **values: object) -> bytes:
    box = command.makeArguments(values, None)
    box[amp.COMMAND] = command.commandName
    return bytes(box.serialize())


HELLO = octets(protocol.Hello, versions=(1,), program="1")


@given(st.lists(st.binary(max_size=40) | st.sampled_from([HELLO, octets(protocol.Beat), b"\0\0"]), max_size=8))
def test_whatever_comes_ends_the_connection_at_most(pieces: list[bytes]) -> None:
    clock, wire, transport = reception()
    for piece in pieces:
        if transport.connected:
            wire.dataReceived(piece)
    clock.pump([10] * 5)
    assert not transport.connected
    assert not clock.getDelayedCalls()


WRONG = {
    "a key that is too long": b"\1\0",
    "a command of AMP": octets(amp.StartTLS),
    "no command": b"\0\x01a\0\x01b\0\0",
    "an answer to nothing": b"\0\x07_answer\0\x011\0\0",
    "another type": octets(protocol.Hello, versions="1", program="1"),
    "told before hello": octets(protocol.Tell, messages=()),
}


@pytest.mark.parametrize("sent", WRONG.values(), ids=WRONG.keys())
def test_what_is_not_of_the_protocol_is_refused(sent: bytes) -> None:
    _, wire, transport = reception()
    wire.dataReceived(sent + octets(protocol.Beat))
    assert not transport.connected


@pytest.mark.parametrize(("greeting", "most"), [(b"", 2), (HELLO, 257)], ids=["before hello", "after it"])
def test_a_message_without_end_is_refused(greeting: bytes, most: int) -> None:
    _, wire, transport = reception()
    wire.dataReceived(greeting)
    for number in range(most):
        assert transport.connected
        key = b"%05d" % number
        wire.dataReceived(b"\0\x05" + key + b"\xff\xff" + bytes(0xFFFF))
    assert not transport.connected
    assert wire.reason == "it sent what is not of the protocol"


def test_versions() -> None:
    assert common_version((1, 2, 7), "0.1") == 1
    with pytest.raises(NotServed, match=r"speaks version 1 of the protocol, the agent \(9.9\) 8, 9; install the same"):
        common_version((9, 8), "9.9")
