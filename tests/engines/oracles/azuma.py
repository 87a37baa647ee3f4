"""azuma: an engine that evaluates Sigma rules in Python (MIT; https://github.com/ninoseki/azuma).

An event is a map from a field's name to a value, and a missing key is an absent field.
"""

from __future__ import annotations

from siemc.evaluate import Event
from tests.engines.oracles.oracle import Answer, Refused, data, one_value, package


class Azuma:
    """azuma's own parser and matcher. Raises ``Missing`` where it is not installed."""

    name = "azuma"

    def __init__(self) -> None:
        # azuma imports packaging, and does not say so in its requirements
        package("packaging.version", "packaging")
        module, self.version = package("azuma", "azuma")
        self._rule = module.Rule

    def read(self, rule: str) -> Answer:
        """The rule of this YAML text. Raises ``Refused``."""
        try:
            found = self._rule.model_validate(data(rule))
        except Exception as error:  # whatever it raises is a refusal
            raise _refusal(error) from error

        def answer(event: Event) -> bool:
            try:
                return bool(found.match(dict(one_value(event))))
            except Exception as error:
                raise _refusal(error) from error

        return answer

    def matches(self, rule: str, event: Event) -> bool:
        """Whether the rule of this YAML text matches the event. Raises ``Refused``."""
        return self.read(rule)(event)


def _refusal(error: Exception) -> Refused:
    return Refused(f"{type(error).__name__}: {error}")
