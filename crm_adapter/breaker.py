"""Leaves a source alone for a while after it has failed several times in a row."""

from __future__ import annotations


class Breaker:
    """Counts failures of one source. It reads no clock: ``now`` is in seconds.

    :param failures: failures in a row after which the source is left alone.
    :param pause: seconds it is left alone; then one question tries it again.
    :ivar failures: in a row until now.
    """

    def __init__(self, failures: int = 3, pause: float = 30.0) -> None:
        self._most = failures
        self._pause = pause
        self.failures = 0
        self._closed_until: float | None = None

    @property
    def resting(self) -> bool:
        """Whether the source has failed so often that it is left alone."""
        return self.failures >= self._most

    def allows(self, now: float) -> bool:
        """Whether the source may be asked. After a pause that is said once, until the answer is known."""
        if self.failures < self._most:
            return True
        if self._closed_until is None or now < self._closed_until:
            return False
        self._closed_until = None
        return True

    def succeeded(self) -> None:
        """The source answered."""
        self.failures = 0
        self._closed_until = None

    def failed(self, now: float) -> bool:
        """The source did not answer, or with an error; gives whether a pause begins that has not been before."""
        self.failures += 1
        if self.failures >= self._most:
            self._closed_until = now + self._pause
        return self.failures == self._most
