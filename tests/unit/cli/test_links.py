"""``csta call``, ``csta monitor`` and the examples on a simulated switch, in memory but for a few real programs."""

from __future__ import annotations

import json
import signal
from argparse import ArgumentParser
from collections.abc import Awaitable
from types import ModuleType
from typing import Any

import pytest
from twisted.internet.defer import Deferred, ensureDeferred

from csta.cli import call, main, monitor
from csta.errors import LinkLost, ServiceError
from examples import dial, watch_device
from tests.unit.cli.conftest import run, start, until
from tests.unit.provider.conftest import Network

WIRES = ["xml", "asn1"]
SWITCH = "tcp:pbx:8800"


class Running:
    """A command on its way."""

    def __init__(self, network: Network, running: Awaitable[Any]) -> None:
        self.network = network
        self.ended: list[Any] = []
        deferred: Deferred[Any] = ensureDeferred(running)  # type: ignore[arg-type] # all of them are coroutines
        deferred.addBoth(lambda result: self.ended.append(getattr(result, "value", result)))
        network.settle()

    def wait(self, seconds: float) -> None:
        """Let time pass in small steps, as it does."""
        for _ in range(int(seconds * 2)):
            self.network.settle(0.5)


@pytest.fixture(params=WIRES)
def network(request: pytest.FixtureRequest) -> Network:
    return Network(request.param, "none")


def command(network: Network, module: ModuleType, *arguments: str) -> Running:
    parser = ArgumentParser()
    module.add_arguments(parser)
    args = parser.parse_args(["--link", SWITCH, "--protocol", network.wire, *arguments])
    return Running(network, module.run(args, network))


def test_a_call_that_is_answered(network: Network, capsys: pytest.CaptureFixture[str]) -> None:
    calling = command(network, call, "--hangup-after", "3", "2001", "0891234567")
    calling.wait(7)
    assert calling.ended == []
    calling.wait(4)
    out, err = capsys.readouterr()
    assert calling.ended == [0]
    assert [line.split(":")[0] for line in out.splitlines()] == [
        "ServiceInitiated",
        "Originated",
        "NetworkReached",
        "Delivered",
        "Established",
        "ConnectionCleared",
    ]
    assert err == "csta: 2001 calls 0891234567\n"


def test_a_call_that_is_left_to_its_people(network: Network) -> None:
    calling = command(network, call, "2001", "0891234567")
    calling.wait(7)
    assert calling.ended == [0]


def test_a_call_to_a_busy_number(network: Network, capsys: pytest.CaptureFixture[str]) -> None:
    calling = command(network, call, "2002", "0891230000")
    calling.wait(2)
    assert calling.ended == [1]
    failed = capsys.readouterr().out.splitlines()[-1]
    assert failed.startswith("Failed: ")
    assert "cause busy" in failed


def test_a_call_nobody_answers(network: Network) -> None:
    calling = command(network, call, "--prompt", "2001", "2002")
    network.switch.lift("2001", network.seconds())
    calling.wait(1)
    assert calling.ended == []
    network.switch.hang_up("2001", network.seconds())
    network.settle()
    assert calling.ended == [1]


def test_a_call_the_switch_refuses(network: Network, capsys: pytest.CaptureFixture[str]) -> None:
    calling = command(network, call, "7777", "2001")
    [error] = calling.ended
    assert isinstance(error, ServiceError)
    assert error.request == "MonitorStart"
    assert capsys.readouterr().out == ""


def test_a_link_lost_under_a_call(network: Network, capsys: pytest.CaptureFixture[str]) -> None:
    calling = command(network, call, "2001", "2002")
    network.server.drop_clients()
    network.settle()
    assert calling.ended == [1]
    assert "the peer closed the connection" in capsys.readouterr().err


def test_events_of_devices_as_text(network: Network, capsys: pytest.CaptureFixture[str]) -> None:
    watching = command(network, monitor, "2003", "2002")
    network.switch.ring("+49891234567", "2003", network.seconds(), "Maier")
    network.settle()
    out, err = capsys.readouterr()
    [line] = out.splitlines()
    assert line.startswith(
        "2003  Delivered: from N<+49891234567>Maier, to 2003, ringing 2003, state alerting, cause newCall"
    )
    assert err == "csta: watching 2003\ncsta: watching 2002\n"
    for close in network.at_shutdown:
        close()
    network.settle()
    assert watching.ended == [0]


def test_events_of_devices_as_json(network: Network, capsys: pytest.CaptureFixture[str]) -> None:
    watching = command(network, monitor, "--json", "2003")
    network.switch.ring("+49891234567", "2003", network.seconds())
    network.settle()
    [line] = capsys.readouterr().out.splitlines()
    event = json.loads(line)
    assert (event["kind"], event["name"]) == ("event", "DeliveredEvent")
    assert event["content"]["callingDevice"]["deviceIdentifier"]["number"] == "+49891234567"
    network.server.drop_clients()
    network.settle()
    assert isinstance(watching.ended[0], LinkLost)


def test_the_dial_example(network: Network, capsys: pytest.CaptureFixture[str]) -> None:
    dialling = Running(network, dial.dial(network, SWITCH, "2002", "0891234567", network.wire))
    dialling.wait(10)
    assert dialling.ended == [None]
    assert capsys.readouterr().out.splitlines()[-2:] == ["EstablishedEvent", "connected, cause networkSignal"]
    assert network.server.clients == []
    refused = Running(network, dial.main(network, SWITCH, "7777", "0891234567", network.wire))
    assert "it did not work: MonitorStart" in str(refused.ended[0])


def test_the_dial_example_when_nobody_answers(network: Network, capsys: pytest.CaptureFixture[str]) -> None:
    Running(network, dial.main(network, SWITCH, "2002", "0891230000", network.wire)).wait(10)
    assert capsys.readouterr().out.splitlines()[-2:] == ["FailedEvent", "failed, cause busy"]
    ringing = Running(network, dial.main(network, SWITCH, "2002", "0891238888", network.wire))
    ringing.wait(10)
    network.server.drop_clients()
    network.settle()
    assert "it did not work: link: the peer closed the connection" in str(ringing.ended[0])


def test_the_watching_example(network: Network, capsys: pytest.CaptureFixture[str]) -> None:
    Running(network, watch_device.watch(network, SWITCH, "2001", network.wire))
    network.switch.ring("+49891234567", "2001", network.seconds(), "Maier")
    network.settle()
    network.switch.hang_up("2001", network.seconds())
    network.server.drop_clients()
    network.settle()
    assert capsys.readouterr().out.splitlines()[:2] == ["the switch is there", "call c1 incoming Maier: alerting"]
    for close in network.at_shutdown:
        close()


def test_real_programs_on_a_real_link(link: str) -> None:
    watching = start("-m", "csta.cli", "monitor", "--link", link, "--protocol", "asn1", "--json", "2003")
    until(watching, "watching 2003")
    ran = run("-m", "csta.cli", "call", "--link", link, "--protocol", "asn1", "2003", "0891230000")
    assert (ran.returncode, ran.stderr) == (1, "csta: 2003 calls 0891230000\n")
    assert watching.stdout is not None
    assert json.loads(watching.stdout.readline())["name"] == "ServiceInitiatedEvent"
    watching.send_signal(signal.SIGINT)
    _, err = watching.communicate(timeout=60)
    assert (watching.returncode, err) == (0, "")


WRONG = [
    (["call", "--link", "tcp:127.0.0.1:1", "1", "2"], 1, "connect to tcp:127.0.0.1:1: Connection was refused"),
    (["monitor", "--link", "tcp:pbx", "1"], 2, "endpoint 'tcp:pbx'"),
    (["call", "--link", "tcp:pbx:1", "--association", "acse", "1", "2"], 2, "dialect 'generic-xml'"),
    (["call", "--link", "tcp:pbx:1", "--dialect", "hipath-3000", "1", "2"], 2, "wants a name and a password"),
    (["call", "--link", "tcp:pbx:1", "--dialect", "mx-one", "--protocol", "asn1", "1", "2"], 2, "does not go with"),
    (["call", "--link", "tcp:pbx:1", "--user", "AMHOST", "1", "2"], 2, "--user and --password-file go together"),
    (["monitor", "--link", "tcp:pbx:1", "--user", "A", "--password-file", "/no", "1"], 1, "--password-file /no: "),
    (["switch", "--dialect", "hipath-3000"], 2, "wants a name and a password"),
]


@pytest.mark.parametrize(("arguments", "code", "reason"), WRONG)
def test_what_is_wrong_with_a_link_is_told(arguments: list[str], code: int, reason: str) -> None:
    ran = run("-m", "csta.cli", *arguments)
    assert ran.returncode == code
    assert reason in ran.stderr
    assert ran.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([], "see csta --help"),
        (["coffee"], "see csta --help"),
        (["--coffee"], "see csta --help"),
        (["call", "1", "2"], "required: --link (see csta call --help)"),
        (["call", "--link", "tcp:pbx:1", "--hangup-after", "soon", "1", "2"], "'soon' is not a number of seconds"),
        (["call", "--link", "tcp:pbx:1", "--hangup-after", "nan", "1", "2"], "'nan' is not a number of seconds"),
    ],
)
def test_wrong_usage(arguments: list[str], reason: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert reason in capsys.readouterr().err


@pytest.mark.parametrize("name", ["decode", "encode", "monitor", "call", "switch"])
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0
    assert f"usage: csta {name}" in capsys.readouterr().out


def test_the_reader_of_the_output_may_leave() -> None:
    decoding = start("-m", "csta.cli", "decode", "a10c020101020200d330030a0102" * 4_000)
    assert decoding.stdout is not None
    decoding.stdout.readline()
    decoding.stdout.close()
    assert decoding.stderr is not None
    assert decoding.stderr.read() == ""
    assert decoding.wait(30) == 0
