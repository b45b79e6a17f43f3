"""Who hears what a source of calls tells."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from csta.model.events import ModelEvent
from csta.model.provider import Listener


class Listeners:
    """Tells every listener every event, in their order; one that fails harms nobody else.

    :param failed: called with a listener that raised, while its exception is being handled, to log it.
    """

    def __init__(self, failed: Callable[[Listener], None]) -> None:
        self._failed = failed
        self._listeners: list[Listener] = []

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` with every event from now on; returns a function that ends it."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    def tell(self, events: Iterable[ModelEvent]) -> None:
        """Tell everybody who listens when an event is told."""
        for event in events:
            for listener in tuple(self._listeners):
                try:
                    listener(event)
                except Exception:
                    self._failed(listener)
