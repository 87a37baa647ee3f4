"""From a place in the YAML to its line and column, by a second parse that keeps positions.

Only what is shown is located: the fast reader keeps no positions, and most rules have nothing to
say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache, lru_cache
from typing import Any

from siemc.diagnostics import Diagnostic
from siemc.formula import YamlPath
from siemc.yamlio import NO_BREAKS, lines, read, split


def locate(diagnostic: Diagnostic, text: str | None = None) -> Diagnostic:
    """The diagnostic with its line and column, found by its ``place`` in the file.

    A ``column`` without a line is a position, from 1, in the text of the value at ``place``.
    ``text`` stands for the file where the rule came from elsewhere. Without a place, or where the
    file can no longer be read, the diagnostic comes back as it is.
    """
    if diagnostic.line is not None or diagnostic.place is None or diagnostic.path is None:
        return diagnostic
    return _located(diagnostic, diagnostic.place, read(diagnostic.path) if text is None else text)


def locate_all(diagnostics: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """Each diagnostic with its line and column; those of one file in a row read it once."""
    path = text = None
    for each in diagnostics:
        if each.line is not None or each.place is None or each.path is None:
            yield each
            continue
        if text is None or each.path != path:
            path, text = each.path, read(each.path)
        yield _located(each, each.place, text)


def _located(diagnostic: Diagnostic, place: YamlPath, text: str | Diagnostic) -> Diagnostic:
    """The diagnostic with the position of its place in this text, if the text could be read."""
    if isinstance(text, Diagnostic):
        return replace(diagnostic, column=None)
    line, column = _find(text, diagnostic.document, place, diagnostic.column)
    return replace(diagnostic, line=line, column=column)


def _find(text: str, document: int, place: YamlPath, offset: int | None) -> tuple[int, int]:
    """Where a place is, or the nearest thing around it that was written.

    Item 0 of what is no list is the value itself. An offset counts only in a value that is
    written as it is, without line breaks or escapes before the offset.
    """
    root, first = _composed(text, document, place[0] if place else None)
    if root is None:
        return first + 1, 1
    key, value, depth = _walk(root, place)
    line, column = first + key.start_mark.line, key.start_mark.column
    only_item = len(place) == depth + 1 and place[-1] == 0
    if not _is_scalar(value) or not (only_item or (depth == len(place) and offset)):
        return line + 1, column + 1
    line, column = first + value.start_mark.line, value.start_mark.column
    column += value.style in ("'", '"')
    before = value.value[: (offset or 1) - 1]
    is_written = lines(text)[line][column:].startswith(before)
    return line + 1, column + 1 + (len(before) if is_written else 0)


@lru_cache(maxsize=8)
def _composed(text: str, document: int, key: str | int | None) -> tuple[Any, int]:
    """The root node of one document, if it can be had, and the lines of the file before it.

    Of a document with one line that begins with ``key``, what stands before that is not parsed:
    half of a rule. Should the rest not do for itself, as where it has an alias, all of it is.
    """
    chunks = split(text)
    if document >= len(chunks):
        return None, 0
    chunk = chunks[document]
    start = chunk.text.find(f"\n{key}:") + 1
    root = compose(chunk.text[start:]) if chunk.text.count(f"\n{key}:") == 1 else None
    if root is None or child(root, key) is None:
        start, root = 0, compose(chunk.text)
    return root, chunk.offset + len(lines(chunk.text[:start]))


def compose(text: str) -> Any:
    """The root node of a YAML document, or ``None``."""
    import yaml

    plain = text if text.isascii() else text.translate(NO_BREAKS)
    try:
        return yaml.compose(plain, Loader=_loader())
    except yaml.YAMLError:
        return None


@cache
def _loader() -> Any:
    """A loader that gives no node a type: types do not matter here, and are half of the work."""
    import yaml

    class Untyped(getattr(yaml, "CBaseLoader", yaml.BaseLoader)):  # type: ignore[misc]
        def resolve(self, kind: Any, value: Any, implicit: Any) -> str:
            return ""

        def descend_resolver(self, parent: Any, index: Any) -> None:
            pass

        def ascend_resolver(self) -> None:
            pass

    return Untyped


def _walk(root: Any, place: YamlPath) -> tuple[Any, Any, int]:
    """The key and value nodes as far along the path as it was written, and how far that is.

    The key of a list's item, and of the root, is the node itself.
    """
    key = value = root
    for depth, step in enumerate(place):
        found = child(value, step)
        if found is None:
            return key, value, depth
        key, value = found
    return key, value, len(place)


def child(node: Any, step: str | int | None) -> tuple[Any, Any] | None:
    """The key and value nodes of one step; an item is its own key. ``None`` if there is none."""
    if node.id == "sequence":
        if isinstance(step, int) and step < len(node.value):
            return node.value[step], node.value[step]
        return None
    if node.id == "mapping":
        return next((pair for pair in node.value if pair[0].value == step), None)
    return None


def _is_scalar(node: Any) -> bool:
    return bool(node.id == "scalar")
