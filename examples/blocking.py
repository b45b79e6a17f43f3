"""The calls at a telephone, asked with a plain socket: no Twisted, no threads, only a session that does no I/O.

``python examples/blocking.py 127.0.0.1 8800 2001`` with a switch at that address: ``csta switch``.
"""

from __future__ import annotations

import socket
import sys
from contextlib import suppress
from time import monotonic
from typing import Any

from csta.framing import FRAMINGS
from csta.messages.base import Request
from csta.messages.common import DeviceID
from csta.messages.snapshot import SnapshotDevice
from csta.session import Answered, Closed, RequestFailed, Role, Session
from csta.xml import Codec


def ask(link: socket.socket, session: Session, message: Request[Any]) -> Any:  # noqa: ANN401
    """Send a request and wait for its answer; raises the CSTAError that it ends with."""
    invoke_id = session.request(message, monotonic())
    while True:
        link.sendall(session.data_to_send())
        match session.next_event():
            case Answered(answered, response) if answered == invoke_id:
                return response
            case RequestFailed(failed, error) if failed == invoke_id:
                raise error
            case Closed(error):
                raise error or ConnectionError("the switch closed the link")
            case None:
                wait(link, session)


def wait(link: socket.socket, session: Session) -> None:
    """Wait for octets, or until the session has something to do by itself."""
    deadline = session.next_deadline()
    link.settimeout(None if deadline is None else max(deadline - monotonic(), 0.001))
    with suppress(TimeoutError):
        data = link.recv(65_536)
        session.receive_data(data, monotonic()) if data else session.connection_lost("the switch closed the link")
    session.on_timer(monotonic())


def main(host: str, port: str, device: str) -> None:
    """Print the connections at ``device``."""
    session = Session(Role.COMPUTING, Codec(), FRAMINGS["xml-tcp"]())
    with socket.create_connection((host, int(port))) as link:
        session.open(monotonic())
        answer = ask(link, session, SnapshotDevice(snapshot_object=DeviceID(number=device)))
        for call in answer.cross_ref_id_or_snapshot_data.snapshot_data or ():
            print(call.connection_identifier.call_id, call.local_call_state)


if __name__ == "__main__":
    main(*sys.argv[1:])
