"""What an emission has found out: problems, one per code and field, and assumptions."""

from __future__ import annotations

from dataclasses import dataclass, field

from siemc.backend import Problem
from siemc.formula import Origin


@dataclass
class Findings:
    """The problems and assumptions of one emission, collected while it is printed."""

    found: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    places: dict[tuple[str, str], list[Origin]] = field(default_factory=dict)
    assumed: set[str] = field(default_factory=set)

    def problem(
        self, code: str, name: str | None, message: str, hint: str, origins: tuple[Origin, ...]
    ) -> None:
        """Note a problem; a further one of the same code and field only adds its places."""
        if not self.again(code, name, origins):
            key = (code, name or "")
            self.found[key] = message, hint
            self.places[key] = list(origins)

    def again(self, code: str, name: str | None, origins: tuple[Origin, ...]) -> bool:
        """Whether such a problem was noted before; these are further places of it then."""
        places = self.places.get((code, name or ""))
        if places is not None:
            places.extend(origins)
        return places is not None

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Each problem once, in the order of the text."""
        return tuple(
            Problem(key[0], message, hint, tuple(dict.fromkeys(self.places[key])))
            for key, (message, hint) in self.found.items()
        )

    @property
    def assumptions(self) -> tuple[str, ...]:
        """The codes, sorted."""
        return tuple(sorted(self.assumed))
