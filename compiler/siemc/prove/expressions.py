"""Expressions in one spelling: globs where they are no more, else a tree without idle parts."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from siemc.formula import Exists, Glob, Regex, Test
from siemc.prove.expand import MAX_GLOBS, globs_of
from siemc.prove.globs import maximal
from siemc.prove.printing import printed
from siemc.prove.tidy import sought, tidy, within
from siemc.regex.charset import ANY, Ranges
from siemc.regex.errors import RegexError, RegexUnsupported
from siemc.regex.read import parse
from siemc.regex.tree import NEVER, Alternate, Node

_ROUNDS = 4


def regex_forms(test: Regex, alphabet: Ranges = ANY) -> tuple[Test, ...]:
    """The forms of an expression on values of these characters; see ``siemc.prove.forms``.

    What is not regular, or malformed, stands for itself.
    """
    try:
        found = _forms_of(test, alphabet)
        for _ in range(_ROUNDS):
            again = (_forms_of(each, alphabet) for each in found)
            before, found = found, _ordered(chain.from_iterable(again))
            if found == before:
                break
        return found
    except (RegexUnsupported, RegexError):
        return (test,)


def _forms_of(test: Test, alphabet: Ranges) -> tuple[Test, ...]:
    """The forms, which once read again may be simpler still."""
    if not isinstance(test, Regex):
        return (test,)
    node = tree_of(test, alphabet)
    options = _options(node)
    globs: list[Glob] = []
    others: list[Node] = []
    for option in options if len(options) <= MAX_GLOBS else ():
        found = globs_of(option)
        if found is None:
            others.append(option)
        else:
            globs.extend(found)
    if max(len(globs), len(options)) > MAX_GLOBS:
        return (Regex(printed(node)),)
    return _ordered([*_joined(globs), *(Regex(printed(other)) for other in others)])


def _ordered(tests: Iterable[Test]) -> tuple[Test, ...]:
    found = dict.fromkeys(tests)
    if Exists() in found:
        return (Exists(),)
    globs = (each for each in found if isinstance(each, Glob))
    regexes = (each for each in found if isinstance(each, Regex))
    return (*sorted(globs, key=_order), *sorted(regexes, key=lambda regex: regex.source))


def tree_of(test: Regex, alphabet: Ranges = ANY) -> Node:
    """The tree of what is sought anywhere in a value of these characters.

    Raises ``RegexUnsupported`` and ``RegexError``.
    """
    node = parse(
        test.source, ignorecase=test.ignorecase, multiline=test.multiline, dotall=test.dotall
    )
    return sought(tidy(node if alphabet is ANY else within(node, alphabet)))


def _options(node: Node) -> tuple[Node, ...]:
    if node == NEVER:
        return ()
    return node.options if isinstance(node, Alternate) else (node,)


def _joined(globs: Iterable[Glob]) -> list[Test]:
    """The globs in normal form, without those that others include."""
    from siemc.prove.forms import forms

    found = dict.fromkeys(form for glob in globs for form in forms(glob))
    if Exists() in found:
        return [Exists()]
    return [*maximal([each for each in found if isinstance(each, Glob)])]


def _order(glob: Glob) -> tuple[bool, list[str]]:
    # A wildcard is written so that it sorts apart from the same character as a literal.
    return glob.cased, [part if isinstance(part, str) else f"\0{part.value}" for part in glob.parts]
