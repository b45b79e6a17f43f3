"""``csta monitor``: the events of devices, as they come."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from csta.cli import reports
from csta.cli.exits import OK
from csta.cli.online import Reactor, add_link_arguments, open_link, tell
from csta.messages.base import Event


def add_arguments(parser: ArgumentParser) -> None:
    """Say what the command takes."""
    add_link_arguments(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object per event, as csta decode prints it")
    parser.add_argument("device", nargs="+", help="device to watch: its number at the switch")


async def run(args: Namespace, reactor: Reactor) -> int:
    """Print events until the link ends or Ctrl-C."""
    client = await open_link(args, reactor)
    devices: dict[str, str] = {}
    early: list[Event] = []

    def show(event: Event) -> None:
        device = devices.get(event.monitor_cross_ref_id)
        if device is None:  # the event may come before the answer that names its monitor
            early.append(event)
        else:
            print(reports.as_json(event) if args.json else f"{device}  {reports.as_text(event)}", flush=True)

    client.subscribe(show)
    for device in args.device:
        started = await client.monitoring.monitor_start(device)
        devices[started.monitor_cross_ref_id] = device
        tell(f"watching {device}")
        waiting, early[:] = list(early), []
        for event in waiting:
            show(event)
    error = await client.when_closed()
    if error is not None:
        raise error
    return OK
