"""Rules: pySigma's ``SigmaRule`` of a document, or the diagnostics that say why there is none.

Metadata that is wrong is left out with a warning: it does not touch what the rule detects.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from sigma.exceptions import SigmaDetectionError as NoDetection
from sigma.exceptions import SigmaError
from sigma.rule import SigmaDetection, SigmaDetectionItem, SigmaDetections, SigmaRule

from siemc import condition as conditions
from siemc.collection import Document
from siemc.detections import SLIPS, Builder, pysigma_policy
from siemc.diagnostics import Diagnostic
from siemc.formula import YamlPath
from siemc.yamlio import Place

# The key that pySigma's error is about, by the name of its class.
KEYS = {
    "SigmaAuthorError": "author",
    "SigmaDateError": "date",
    "SigmaDescriptionError": "description",
    "SigmaFalsePositivesError": "falsepositives",
    "SigmaFieldsError": "fields",
    "SigmaIdentifierError": "id",
    "SigmaLevelError": "level",
    "SigmaLicenseError": "license",
    "SigmaModifiedError": "modified",
    "SigmaNameError": "name",
    "SigmaReferencesError": "references",
    "SigmaRelatedError": "related",
    "SigmaScopeError": "scope",
    "SigmaStatusError": "status",
    "SigmaTagError": "tags",
    "SigmaTaxonomyError": "taxonomy",
    "SigmaTitleError": "title",
    "SigmaTypeError": "name",
    "SigmaValueError": "tags",
}
KEPT = frozenset({"id", "tags"})  # pySigma keeps what is sound in them


class RuleReader:
    """Reads one document; what is wrong gathers in ``problems``."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.place = Place(Path(document.path), document=document.number)
        self.builder = Builder(self.place.path, document.document_of)
        self.problems = self.builder.problems

    def rule(self) -> SigmaRule | None:
        """The rule, or ``None`` if something is wrong with more than its metadata."""
        detections = self.detections(self.document.data.get("detection"), ("detection",))
        rule = self.metadata()
        if detections is None or rule is None or self.broken:
            return None
        rule.detection = detections
        return rule

    @property
    def broken(self) -> bool:
        """Whether any problem is an error."""
        return any(problem.severity == "error" for problem in self.problems)

    def report(self, code: str, message: str, hint: str, path: YamlPath) -> None:
        """Note a problem at this place, with the file's path."""
        self.builder.report(code, message, hint, path)

    # --- metadata and log source --------------------------------------------------------------

    def metadata(self) -> SigmaRule | None:
        """A rule without a detection; what is wrong is reported and left out."""
        data = {key: value for key, value in self.document.data.items() if key != "detection"}
        if not self.logsource(data.get("logsource")):
            return None
        rule = self._without_slips(data)
        if rule is None:
            return None
        wrong = self._warn(rule.errors, data)
        if wrong - KEPT:
            data = {key: value for key, value in data.items() if key not in wrong - KEPT}
            rule = self._from_dict(data)
        rule.errors = []
        rule.title = rule.title or ""
        return rule

    def logsource(self, value: Any) -> bool:
        """Whether this is a log source; reports what is wrong with it."""
        hint = "Give at least one of category, product and service."
        if value is None:
            self.report("SC011", "The rule has no log source.", hint, ("logsource",))
            return False
        if not isinstance(value, Mapping):
            self.report("SC011", "The log source is not a map.", hint, ("logsource",))
            return False
        parts = [value.get(key) for key in ("category", "product", "service")]
        for key in ("category", "product", "service"):
            if key in value and not (isinstance(value[key], str) and value[key]):
                if value[key] is None and any(parts):
                    continue
                message = f"The log source's {key} is not text."
                self.report("SC011", message, hint, ("logsource", key))
                return False
        if not any(parts):
            self.report("SC011", "The log source is empty.", hint, ("logsource",))
            return False
        return True

    def _from_dict(self, data: dict[str, Any]) -> SigmaRule:
        """pySigma's rule of this data, in which it rightly misses the detection."""
        rule = SigmaRule.from_dict(data, True, self.place, **pysigma_policy())
        rule.errors = [error for error in rule.errors if not isinstance(error, NoDetection)]
        return rule

    def _without_slips(self, data: dict[str, Any]) -> SigmaRule | None:
        """The rule, after leaving out the keys on which pySigma ends in a bare exception."""
        try:
            return self._from_dict(data)
        except SLIPS:
            pass
        needed = {"logsource": data["logsource"]}
        for key in [key for key in data if key not in needed]:
            try:
                self._from_dict({**needed, key: data[key]})
            except SLIPS:
                self._warn_of(key, f"The {key} cannot be read.")
                del data[key]
        try:
            return self._from_dict(data)
        except SLIPS as error:
            message = f"pySigma cannot read the rule: {error}."
            self.report("SC010", message, "Correct the rule's metadata.", ())
            return None

    def _warn(self, errors: list[SigmaError], data: Mapping[str, Any]) -> set[str]:
        """Warn of each error; the keys that they are about."""
        wrong: set[str] = set()
        for error in errors:
            key = KEYS.get(type(error).__name__, "")
            said = str(error.args[0]).rstrip(".") if error.args else type(error).__name__
            if key == "title" and data.get("title") is None:
                self._warn_of(key, "The rule has no title.", "Give it a title.")
            else:
                self._warn_of(key, f"{said}.")
            wrong.add(key)
        return wrong

    def _warn_of(self, key: str, message: str, hint: str = "") -> None:
        hint = hint or "Correct it; until then it is left out."
        self.report("SC024", message, hint, (key,) if key in self.document.data else ())

    # --- detection and condition --------------------------------------------------------------

    def detections(self, data: Any, path: YamlPath) -> SigmaDetections | None:
        """The searches and conditions written at ``path``, or ``None`` if something is wrong."""
        if not isinstance(data, Mapping):
            what = "is not a map" if data is not None else "is missing"
            hint = "Add a detection with a search and a condition."
            self.report("SC012", f"The rule's detection {what}.", hint, path)
            return None
        texts = self.condition_texts(data, path)
        searches = self.searches(data, path, ("condition",))
        if texts is not None:
            self.check_conditions(texts, searches, path)
        if texts is None or self.broken:
            return None
        return SigmaDetections(searches, texts, self.place, **pysigma_policy())

    def searches(
        self, data: Mapping[Any, Any], path: YamlPath, reserved: Collection[str]
    ) -> dict[str, SigmaDetection]:
        """The named searches; what is wrong is reported, and an empty one stands for it."""
        found: dict[str, SigmaDetection] = {}
        for name, definition in data.items():
            if name in reserved or self._is_timeframe(name, definition, path):
                continue
            if isinstance(name, str):
                search = self.builder.detection(definition, (*path, name))
                found[name] = search or SigmaDetection([SigmaDetectionItem(None, [], [])])
            else:
                shown = "null" if name is None else str(name)
                message = f"The name of the search, {shown}, is not text."
                self.report("SC007", message, "Put it in quotes.", (*path, shown))
        if not found and not self.broken:
            hint = "Add a search, such as selection."
            self.report("SC012", "The detection has no searches.", hint, path)
        return found

    def _is_timeframe(self, name: Any, definition: Any, path: YamlPath) -> bool:
        if name != "timeframe" or not isinstance(definition, str):
            return False
        message = "The timeframe is ignored: it belonged to aggregations."
        self.report("SC030", message, "Remove it.", (*path, "timeframe"))
        return True

    def condition_texts(self, data: Mapping[Any, Any], path: YamlPath) -> list[str] | None:
        """The conditions as a list of texts, or ``None`` with a report."""
        value = data.get("condition")
        where = (*path, "condition")
        if value is None or value == []:
            hint = "Add a condition, such as: condition: selection"
            self.report("SC013", "The condition is missing.", hint, where)
            return None
        texts = value if isinstance(value, list) else [value]
        for i, text in enumerate(texts):
            if not isinstance(text, str):
                hint = "A condition is a text, or a list of texts."
                self.report("SC013", "The condition is not text.", hint, (*where, i))
                return None
        return list(texts)

    def check_conditions(
        self, texts: list[str], searches: Mapping[str, SigmaDetection], path: YamlPath
    ) -> None:
        """Report conditions that cannot be read, and searches that none of them uses."""
        if not searches:
            return
        used: set[str] = set()
        for i, text in enumerate(texts):
            try:
                used.update(conditions.names(conditions.parse(text, searches)))
            except conditions.ConditionError as error:
                self._condition_error(error, (*path, "condition", i))
                return
        for name in searches:
            if name not in used:
                message = f"The condition does not use the search '{name}'."
                self.report("SC025", message, "Use it, or remove it.", (*path, name))

    def _condition_error(self, error: conditions.ConditionError, path: YamlPath) -> None:
        found = Diagnostic(
            error.code,
            error.message,
            error.hint,
            place=path,
            column=error.position + 1,
            document=self.document.document_of(path[:-1]),
        )
        self.problems.append(found)
