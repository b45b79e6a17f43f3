"""How a service says no."""

from __future__ import annotations

from typing import Self

from csta.messages.errors import OperationErrors, StateIncompatibilityErrors, UniversalFailure


class Refusal(Exception):
    """A service refuses a request; :attr:`failure` is the negative answer (§12.2.14)."""

    def __init__(self, failure: UniversalFailure) -> None:
        super().__init__(failure)
        self.failure = failure

    @classmethod
    def operation(cls, value: OperationErrors) -> Self:
        """The request itself is wrong (§12.2.14.1)."""
        return cls(UniversalFailure(operation=value))

    @classmethod
    def state(cls, value: StateIncompatibilityErrors) -> Self:
        """Something is in the wrong state (§12.2.14.3)."""
        return cls(UniversalFailure(state_incompatibility=value))
