"""Expressions that Python's ``re`` and PCRE read alike, and values to try them on."""

import re
from itertools import product

from hypothesis import strategies as st

ALPHABET = "abAB1_ -.\n/é"

subjects = st.text(st.sampled_from(ALPHABET), max_size=9)
# Every value of up to three characters over one of each kind: edges are where anchors go wrong.
SHORT_SUBJECTS = [
    "".join(chars) for length in range(4) for chars in product("aB-\n", repeat=length)
]

_literals = st.sampled_from(ALPHABET).map(re.escape)
_classes = st.sampled_from(
    [r"\d", r"\D", r"\w", r"\W", r"\s", r"\S", ".", "[ab]", "[^a]", r"[a-c\d]", r"[^\s-]", "[A-Z/]"]
)
anchors = st.sampled_from(["^", "$", r"\b", r"\B", r"\A"])
_quantifiers = st.sampled_from(["*", "+", "?", "{2}", "{0,2}", "{1,3}", "{2,}", "*?", "+?"])


def sources(zero_width: st.SearchStrategy[str] = anchors) -> st.SearchStrategy[str]:
    """Expressions with these anchors, quantified ones always in a group."""
    atoms = st.one_of(_literals, _classes)
    groups = st.sampled_from(["(?:{})", "({})", "(?i:{})", "(?s:{})", "(?-i:{})"])
    return st.recursive(
        st.one_of(atoms, zero_width, st.tuples(atoms, _quantifiers).map("".join)),
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=4).map("".join),
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"(?:{'|'.join(parts)})"),
            st.tuples(groups, inner).map(lambda pair: pair[0].format(pair[1])),
            st.tuples(inner, _quantifiers).map(lambda pair: f"(?:{pair[0]}){pair[1]}"),
        ),
        max_leaves=8,
    )
