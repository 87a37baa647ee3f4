"""What can be wrong with an expression, or with what is asked of it."""

from __future__ import annotations


class RegexError(ValueError):
    """The expression is malformed; ``position`` counts characters from 0."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(f"{message} (at character {position + 1})")
        self.message = message
        self.position = position


class RegexUnsupported(ValueError):  # noqa: N818 - it is the expression that is unsupported
    """The expression is well-formed PCRE, but not regular, or not one the target can hold."""

    def __init__(self, reason: str, position: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.position = position
