"""Edits of a rule's text at the place of one value: comments, quoting and order stay."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from siemc.formula import YamlPath
from siemc.lint.findings import Fix
from siemc.locate import child, compose
from siemc.yamlio import NO_BREAKS, lines, split


def edited(text: str, document: int, fix: Fix) -> str | None:
    """The text with one edit made, or ``None`` where it cannot be made without touching more.

    A scalar is replaced between its quotes. An item of a block list, or a key of a block map, is
    taken out with the lines it stands on, which nothing else may stand on.
    """
    chunks = split(text)
    if document >= len(chunks):
        return None
    chunk = chunks[document]
    path = _nodes(_composed(chunk.text), fix.place)
    if path is None:
        return None
    rows = lines(text)
    make = _replace if fix.value is not None else _remove
    changed = make(rows, chunk.offset, path, fix)
    return None if changed is None else "".join(changed)


def edited_data(data: Any, fix: Fix) -> Any:
    """What the plain data of the document has to be after the edit.

    Raises ``LookupError`` or ``TypeError`` where the place is not in it.
    """
    made = deepcopy(data)
    inner = made
    for step in fix.place[:-1]:
        inner = inner[step]
    last = fix.place[-1]
    if fix.value is None:
        del inner[last]
    else:
        inner[last] = fix.value
    return made


Path = tuple[Any, Any, Any]  # the collection, and the key (or item) and value nodes in it


def _nodes(root: Any, place: YamlPath) -> Path | None:
    """The nodes at the end of a path; aliases, which stand for what is elsewhere, are refused."""
    holder = key = value = root
    for step in place:
        holder = value
        pair = child(holder, step) if holder is not None else None
        if pair is None:
            return None
        key, value = pair
    return (holder, key, value) if place else None


def _composed(text: str) -> Any:
    """The root node of a document without anchors, or ``None``."""
    import yaml

    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        events = list(yaml.parse(text.translate(NO_BREAKS), Loader=loader))
    except yaml.YAMLError:
        return None
    if any(isinstance(e, yaml.AliasEvent) or getattr(e, "anchor", None) for e in events):
        return None
    return compose(text)


def _replace(rows: list[str], offset: int, path: Path, fix: Fix) -> list[str] | None:
    _, _, value = path
    if value.id != "scalar" or value.start_mark.line != value.end_mark.line:
        return None
    quote = value.style if value.style in ("'", '"') else ""
    if not quote and value.style not in (None, ""):
        return None
    row = offset + value.start_mark.line
    start = value.start_mark.column + len(quote)
    end = value.end_mark.column - len(quote)
    line = rows[row]
    if line[start:end] != value.value:  # written with escapes
        return None
    return [*rows[:row], line[:start] + str(fix.value) + line[end:], *rows[row + 1 :]]


def _remove(rows: list[str], offset: int, path: Path, fix: Fix) -> list[str] | None:
    holder, key, value = path
    if holder.flow_style or len(holder.value) < 2:
        return None
    first = offset + key.start_mark.line
    line, column = _end(value)
    last = offset + line
    sign = "-" if holder.id == "sequence" else ""
    before = rows[first][: key.start_mark.column].strip()
    after = rows[last][column:].strip()
    if _has_block_text(value):
        return None  # where it ends is a matter of indents
    if before != sign or (after and not after.startswith("#")) or last < first:
        return None
    return [*rows[:first], *rows[last + 1 :]]


def _has_block_text(node: Any) -> bool:
    if node.id == "scalar":
        return node.style in ("|", ">")
    inner = (each for pair in node.value for each in (pair if isinstance(pair, tuple) else (pair,)))
    return any(_has_block_text(each) for each in inner)


def _end(node: Any) -> tuple[int, int]:
    """Line and column where a node's text ends: a block collection's mark is beyond comments."""
    if node.id != "scalar" and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(last[1] if isinstance(last, tuple) else last)
    line: int = node.end_mark.line
    column: int = node.end_mark.column
    return line, column
