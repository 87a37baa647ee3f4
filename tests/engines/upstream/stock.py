"""The stock backends, and what they make of a case's rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from typing import Any

from sigma.collection import SigmaCollection
from sigma.exceptions import SigmaError
from sigma.processing.pipeline import ProcessingItem, ProcessingPipeline
from sigma.processing.transformations import FieldMappingTransformation

from tests.engines.missing import Missing
from tests.engines.upstream.cases import Case

MODULES = {
    "lucene": ("sigma.backends.elasticsearch", "LuceneBackend"),
    "splunk": ("sigma.backends.splunk", "SplunkBackend"),
}
PIPELINES = {"ecs_windows": "sigma.pipelines.elasticsearch"}
PACKAGES = ("pySigma", "pySigma-backend-elasticsearch", "pySigma-backend-splunk")


@dataclass(frozen=True, slots=True)
class Output:
    """A query, or the error that the conversion ended with."""

    query: str | None
    error: str = ""
    is_refusal: bool = False


def convert(case: Case) -> Output:
    """The rule of a case in its backend's default format. Raises ``Missing``.

    An error of pySigma's own kind is a refusal, which callers expect; any other ends their run.
    """
    try:
        [query] = _backend(case).convert(SigmaCollection.from_yaml(case.rule))
    except SigmaError as error:
        return Output(None, f"{type(error).__name__}: {error}", is_refusal=True)
    except NotImplementedError as error:
        return Output(None, f"{type(error).__name__}: {error}")
    return Output(str(query))


def dsl(case: Case) -> Mapping[str, Any]:
    """The same in the format ``dsl_lucene``, the query alone."""
    [found] = _backend(case).convert(SigmaCollection.from_yaml(case.rule), "dsl_lucene")
    inside: Mapping[str, Any] = found["query"]
    return inside


def versions() -> dict[str, str]:
    """The versions of the stock packages. Raises ``Missing``."""
    for module, _ in MODULES.values():
        _imported(module)
    return {name: version(name) for name in PACKAGES}


def _backend(case: Case) -> Any:
    module, name = MODULES[case.backend]
    return getattr(_imported(module), name)(processing_pipeline=_pipeline(case))


def _pipeline(case: Case) -> ProcessingPipeline | None:
    if case.pipeline is not None:
        made: ProcessingPipeline = getattr(_imported(PIPELINES[case.pipeline]), case.pipeline)()
        return made
    if not case.names:
        return None
    mapped: dict[str | None, str | list[str]] = dict(case.names.items())
    return ProcessingPipeline([ProcessingItem(FieldMappingTransformation(mapped))])


def _imported(module: str) -> Any:
    try:
        return import_module(module)
    except ImportError as error:
        reason = f"a stock backend is not there for pySigma {version('pySigma')}: {error}"
        raise Missing(reason) from error
