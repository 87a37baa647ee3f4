"""What can be wrong with an expression, or with what is asked of it."""

from __future__ import annotations

from enum import Enum, auto


class Obstacle(Enum):
    """What a target stumbles over in an expression it cannot hold."""

    FORM = auto()
    """It has no such construct."""
    CASE = auto()
    """The field is lower-cased, and the expression is not."""
    CONTROL = auto()
    """A line break or control character, in a text of one line."""
    COST = auto()
    """It is more work than the engine takes on."""


class RegexError(ValueError):
    """The expression is malformed; ``position`` counts characters from 0."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(f"{message} (at character {position + 1})")
        self.message = message
        self.position = position


class RegexUnsupported(ValueError):  # noqa: N818 - it is the expression that is unsupported
    """The expression is well-formed PCRE, but not regular, or not one the target can hold."""

    def __init__(self, reason: str, position: int = 0, obstacle: Obstacle = Obstacle.FORM) -> None:
        super().__init__(reason)
        self.reason = reason
        self.position = position
        self.obstacle = obstacle
