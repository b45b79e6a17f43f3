"""How a command ends."""

from __future__ import annotations

OK = 0
WRONG = 1
USAGE = 2


class Trouble(Exception):
    """Ends a command with a word to its user.

    :ivar code: exit code.
    """

    def __init__(self, words: str, code: int = WRONG) -> None:
        super().__init__(words)
        self.code = code

    @classmethod
    def usage(cls, words: str) -> Trouble:
        """The command was called in a way that means nothing."""
        return cls(words, USAGE)
