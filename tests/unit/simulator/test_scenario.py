"""Scenario files: read, refused with their line, and played on a clock that is handed in."""

from __future__ import annotations

from pathlib import Path

import pytest

from csta.messages.base import Event, Octets
from csta.messages.call_control_events import DeliveredEvent, TransferedEvent
from csta.messages.call_data import CSTAObject
from csta.messages.common import DeviceID
from csta.messages.monitoring import MonitorStart
from csta.simulator import scenario
from csta.simulator.script import Script
from csta.toml_file import ConfigError

EXAMPLES = sorted((Path(__file__).parents[3] / "examples" / "scenarios").glob("*.toml"))

PLAY = """
[[extensions]]
number = "2001"
forward = { busy = "2003" }
[[extensions]]
number = "2002"
[[extensions]]
number = "2003"
[[callers]]
to = "2001"
at = 1
talk = 5
private_data = "0aff"
[[acts]]
at = 2
device = "2001"
do = "lift"
[[acts]]
at = 3
device = "2001"
press = "transfer"
number = "2002"
[[acts]]
at = 4
device = "2001"
press = "hold"
"""


def play(text: str, directory: Path) -> tuple[list[Event], list[str]]:
    """What a client hears that monitors every telephone, and what could not happen."""
    path = directory / "play.toml"
    path.write_text(text)
    wanted = scenario.read(path)
    switch, notes = wanted.switch(), list[str]()
    script = Script(wanted, switch, 0.0, lambda now, what: notes.append(f"{now:g}: {what}"))
    for number in switch.devices:
        switch.handle("client", MonitorStart(monitor_object=CSTAObject(device_object=DeviceID(number=number))), 0.0)
    while (at := script.next_deadline()) is not None:
        switch.on_timer(at)
        script.on_timer(at)
    heard = []
    while (message := switch.next_event()) is not None:
        assert isinstance(message[1], Event)
        heard.append(message[1])
    return heard, notes


def test_keys_are_pressed_and_vain_ones_noted(tmp_path: Path) -> None:
    heard, notes = play(PLAY, tmp_path)
    assert [type(event).__name__ for event in heard][:4] == [
        "DeliveredEvent",
        "EstablishedEvent",
        "TransferedEvent",
        "DeliveredEvent",
    ]
    assert isinstance(heard[2], TransferedEvent)
    assert notes == ["4: 2001 has no call in state connected"]


def test_private_data_of_a_caller_is_in_the_events(tmp_path: Path) -> None:
    delivered = play(PLAY, tmp_path)[0][0]
    assert isinstance(delivered, DeliveredEvent)
    assert delivered.extensions is not None
    assert delivered.extensions.private_data is not None
    assert delivered.extensions.private_data[0].string == Octets(b"\x0a\xff")


WRONG = [
    ('[[acts]]\ndevice = "2009"\ndo = "lift"', "there is no extension 2009"),
    ('[[extensions]]\nnumber = "1"\n[[acts]]\ndevice = "1"', "`do` or `press`"),
    ('[[extensions]]\nnumber = "1"\n[[acts]]\ndevice = "1"\npress = "deflect"', "needs a `number`"),
    ("linse = 3", "did you mean `lines`"),
]


@pytest.mark.parametrize(("text", "words"), WRONG)
def test_a_wrong_file_is_told(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        play(text, tmp_path)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_can_be_played(path: Path) -> None:
    wanted = scenario.read(path)
    switch = wanted.switch()
    script = Script(wanted, switch, 0.0)
    switch.handle("client", MonitorStart(monitor_object=CSTAObject(device_object=DeviceID(number="2001"))), 0.0)
    for now in range(300):
        switch.on_timer(float(now))
        script.on_timer(float(now))
    heard = []
    while (message := switch.next_event()) is not None:
        heard.append(type(message[1]).__name__)
    assert heard.count("EstablishedEvent") > 1
