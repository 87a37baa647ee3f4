"""Processing pipelines: read from files, checked, and put together by priority."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from sigma.processing.pipeline import ProcessingPipeline

from siemc import yamlio
from siemc.detections import pysigma_policy
from siemc.diagnostics import Diagnostic, UsageError
from siemc.formula import YamlPath

HINT = "See docs/pipelines.md for what a processing pipeline looks like."
SHAPES: dict[str, tuple[type, str]] = {
    "name": (str, "a text"),
    "priority": (int, "a number"),
    "transformations": (list, "a list"),
    "postprocessing": (list, "a list"),
    "finalizers": (list, "a list"),
    "vars": (dict, "a map"),
}
UNAPPLIED = ("postprocessing", "finalizers")


def read_pipeline(path: Path) -> ProcessingPipeline:
    """A processing pipeline from a YAML file; ``UsageError`` if it is none."""
    data = read_data(path)
    try:
        return _make(data)
    except Exception as error:  # pySigma lets its transformations raise what they like
        place = _broken_item(read_data(path))
        said = str(error) or type(error).__name__
    message = f"This is not a processing pipeline: {said.rstrip('.')}."
    raise _wrong(path, message, place)


def read_data(path: Path) -> Mapping[str, Any]:
    """The YAML of a processing pipeline, in the right shape; ``UsageError`` if it is not."""
    text = yamlio.read(str(path))
    found = [text] if isinstance(text, Diagnostic) else yamlio.documents(text, str(path))
    data = found[0] if found else None
    if isinstance(data, Diagnostic):
        raise UsageError(data)
    if not isinstance(data, dict):
        message = "This is not a processing pipeline: it is not a map with transformations."
        raise _wrong(path, message, ())
    for key, (kind, name) in SHAPES.items():
        if key in data and not isinstance(data[key], kind):
            raise _wrong(path, f"This is not a processing pipeline: {key} is not {name}.", (key,))
    return data


def _make(data: Mapping[str, Any]) -> ProcessingPipeline:
    """The pipeline of this data, which is then used up: pySigma takes out what it has read."""
    with python_expressions():
        return ProcessingPipeline.from_dict(dict(data))


@contextmanager
def python_expressions() -> Iterator[None]:
    """Have pySigma 2 compile expressions by Python's ``re``, as pySigma 1 does.

    Its own default, RE2, has no look-ahead, and the conditions of a transformation know of no other
    policy than the default. The rest stays as safe as that: no code or files from a pipeline.
    """
    module = _policy_module()
    if module is None:
        yield
        return
    kept = module.default_policy
    module.default_policy = pysigma_policy()["policy"]
    try:
        yield
    finally:
        module.default_policy = kept


@cache
def _policy_module() -> Any:
    try:
        return import_module("sigma.policy")
    except ImportError:
        return None


def _broken_item(data: Mapping[str, Any]) -> YamlPath:
    """The first transformation that cannot be made even when it is alone."""
    for i, item in enumerate(data.get("transformations", ())):
        try:
            _make({"transformations": [item]})
        except Exception:  # the caller says what is wrong; here is only where
            return ("transformations", i)
    return ()


def _wrong(path: Path, message: str, place: YamlPath) -> UsageError:
    return UsageError(Diagnostic("SC301", message, HINT, str(path), place=place))


def unapplied(path: Path) -> Iterator[Diagnostic]:
    """A warning for each part of a pipeline that siemc does not carry out.

    Postprocessing and finalizers work on the text of a query; what they make of it, nothing could
    judge.
    """
    data = read_data(path)
    for key in UNAPPLIED:
        if data.get(key):
            message = f"What the pipeline has under {key} is not applied to the queries."
            hint = "Remove it, or apply it to siemc's output yourself."
            yield Diagnostic("SC107", message, hint, str(path), place=(key,))


def combine(pipelines: Sequence[ProcessingPipeline]) -> ProcessingPipeline:
    """One pipeline of several: by priority, lowest first, and in the given order among equals.

    The pipelines given become part of it: they cannot go into another one.
    """
    ordered = sorted(pipelines, key=lambda each: each.priority)
    return sum(ordered[1:], ordered[0]) if ordered else ProcessingPipeline()


def field_names(pipeline: ProcessingPipeline) -> tuple[frozenset[str], frozenset[str]]:
    """The field names that a pipeline takes in a rule, and those it writes in their place."""
    taken: set[str] = set()
    written: set[str] = set()
    for item in pipeline.items:
        table = getattr(item.transformation, "mapping", None)
        if isinstance(table, dict):
            taken.update(name for name in table if isinstance(name, str))
            for names in table.values():
                written.update([names] if isinstance(names, str) else map(str, names or ()))
    return frozenset(taken), frozenset(written)
