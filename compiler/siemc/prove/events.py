"""The events that a model of the solver stands for."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from siemc.evaluate import Event, Value
from siemc.folding import fold
from siemc.formula import SameAs
from siemc.prove.canonical import Graph
from siemc.prove.solve import Model
from siemc.prove.texts import raised

# How the values of two fields that are compared may be alike, and how not quite
WAYS: tuple[Callable[[str], tuple[str, str]], ...] = (
    lambda text: (text, text),
    lambda text: (raised(text), fold(text)),
    lambda text: (f"{text}0", text),
    lambda text: (f"0{text}", text),
    lambda text: (f"0{text}0", text),
    lambda text: (text, f"{text}0"),
    lambda text: (f"{raised(text)}0", fold(text)),
    lambda text: (f"0{raised(text)}", fold(text)),
    lambda text: (f"0{raised(text)}0", fold(text)),
)
MAX_TEXTS = 3


def events(model: Model, graph: Graph) -> Iterator[Event]:
    """The model's own event; where it compares fields, others too, whose values are related.

    Logic knows nothing of what ``SameAs`` means: whether an event is one of the formula, its
    evaluation says.
    """
    own: dict[str, list[Value]] = {name: [*values] for name, values in model.values.items()}
    yield own
    pairs = list(dict.fromkeys(_compared(model, graph)))
    for number in range(MAX_TEXTS if pairs else 0):
        for way in WAYS:
            event = dict(own)
            for name, other in pairs:
                texts = dict.fromkeys([*model.values.get(name, []), *model.values.get(other, [])])
                text = [*texts, "x"][min(number, len(texts))]
                mine, its = way(text)
                event[name], event[other] = [mine], [its]
            if event != own and _is_admitted(event, pairs, graph):
                yield event


def _compared(model: Model, graph: Graph) -> Iterator[tuple[str, str]]:
    for number in model.free:
        name, test = graph.leaves[number]
        if name is not None and isinstance(test, SameAs):
            yield name, test.field


def _is_admitted(event: Event, pairs: list[tuple[str, str]], graph: Graph) -> bool:
    """Whether the world has such values of the fields that were compared."""
    return all(
        language.contains(str(value))
        for name in dict.fromkeys(name for pair in pairs for name in pair)
        for language in graph.world.universe(name)
        for value in event[name]
    )
