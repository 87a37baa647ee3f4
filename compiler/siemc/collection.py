"""Documents of a file: what each is, and what ``action: global`` and ``repeat`` merge into it.

The actions are those of pySigma's ``sigma/collection.py``, with one difference: where a rule and
the global document both say something, the rule's own word holds, its condition above all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from siemc.diagnostics import Diagnostic
from siemc.formula import YamlPath

Kind = Literal["rule", "filter", "correlation", "other"]
Data = dict[str, Any]
_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Layer:
    """The data that one document of the file contributes."""

    document: int
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Document:
    """A rule, filter or correlation of a file, merged from its layers, its own first."""

    path: str
    number: int
    kind: Kind
    data: Mapping[str, Any]
    layers: tuple[Layer, ...]

    def document_of(self, path: YamlPath) -> int:
        """The number of the document in which this path was written."""
        if len(self.layers) == 1:
            return self.number
        for layer in self.layers[:-1]:
            if _holds(layer.data, path):
                return layer.document
        return self.layers[-1].document if _holds(self.layers[-1].data, path) else self.number

    @property
    def id(self) -> str | None:
        """The document's ``id``, where it is text."""
        return _text(self.data.get("id"))

    @property
    def title(self) -> str | None:
        """The document's ``title``, where it is text."""
        return _text(self.data.get("title"))


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _holds(data: Any, path: YamlPath) -> bool:
    for step in path:
        if isinstance(data, Mapping):
            data = data.get(step, _ABSENT)
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        else:
            return False
    return data is not _ABSENT


def merge(own: Mapping[str, Any], other: Mapping[str, Any]) -> Data:
    """Both together; where both have a key and not both a map there, ``own`` has the word."""
    merged = dict(other)
    for key, value in own.items():
        below = merged.get(key)
        both = isinstance(value, Mapping) and isinstance(below, Mapping)
        merged[key] = merge(value, below or {}) if both else value
    return merged


def collect(path: str, found: Sequence[Any]) -> Iterator[Document | Diagnostic]:
    """The documents of a file with the actions carried out, or what is wrong with one.

    ``found`` is what ``yamlio.documents`` gave; its diagnostics pass through, empty documents go.
    """
    state = _State(path)
    for number, data in enumerate(found):
        if isinstance(data, Diagnostic):
            yield data
        elif isinstance(data, Mapping):
            yield from state.take(number, data)
        elif data is not None:
            yield Document(path, number, "other", {}, (Layer(number, {}),))


class _State:
    """What the actions of a file have set so far."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.template: tuple[Layer, ...] = ()
        self.previous: tuple[Layer, ...] = ()

    def take(self, number: int, data: Mapping[str, Any]) -> Iterator[Document | Diagnostic]:
        action = data.get("action")
        layer = Layer(number, {key: value for key, value in data.items() if key != "action"})
        match action:
            case None:
                yield self.plain(layer)
            case "global":
                self.template = self.previous = (layer,)
            case "reset":
                self.template = ()
            case "repeat" if self.previous:
                self.previous = (layer, *self.previous)
                yield self.document(number, "rule", self.previous)
            case _:
                yield self.refused(action, number)

    def plain(self, layer: Layer) -> Document:
        for kind in ("correlation", "filter"):
            if kind in layer.data:
                return self.document(layer.document, kind, (layer,))
        layers = (layer, *self.template)
        is_rule = any("detection" in each.data or "logsource" in each.data for each in layers)
        if is_rule:
            self.previous = layers
        return self.document(layer.document, "rule" if is_rule else "other", layers)

    def document(self, number: int, kind: Any, layers: tuple[Layer, ...]) -> Document:
        data: Mapping[str, Any] = layers[0].data
        for layer in layers[1:]:
            data = merge(data, layer.data)
        return Document(self.path, number, kind, data, layers)

    def refused(self, action: Any, number: int) -> Diagnostic:
        if action == "repeat":
            message = "There is no document before this one that 'action: repeat' could repeat."
        else:
            message = f"The action '{action}' is unknown."
        hint = "The actions are global, reset and repeat."
        return Diagnostic("SC027", message, hint, self.path, place=("action",), document=number)
