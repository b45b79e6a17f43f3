"""Traces made of what others recorded: packet captures, logs, hex dumps, lists of messages."""

from csta.recorder.importing.sources import load

__all__ = ["load"]
