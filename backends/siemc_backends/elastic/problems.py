"""What an emission has found out: problems, one per code and field, and assumptions."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from siemc.backend import Problem
from siemc.formula import Origin


@dataclass
class Findings:
    """The problems and assumptions of one emission, collected while it is printed."""

    found: dict[tuple[str, str], Problem] = field(default_factory=dict)
    assumed: set[str] = field(default_factory=set)

    def problem(
        self, code: str, name: str | None, message: str, hint: str, origins: tuple[Origin, ...]
    ) -> None:
        """Note a problem; a further one of the same code and field only adds its places."""
        key = (code, name or "")
        before = self.found.get(key)
        if before is None:
            self.found[key] = Problem(code, message, hint, origins)
        else:
            self.found[key] = replace(before, origins=(*before.origins, *origins))

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Each problem once, in the order of the text."""
        return tuple(
            replace(each, origins=tuple(dict.fromkeys(each.origins)))
            for each in self.found.values()
        )

    @property
    def assumptions(self) -> tuple[str, ...]:
        """The codes, sorted."""
        return tuple(sorted(self.assumed))
