"""Globs, expressions and values over a few characters, so that all short values can be tried."""

from itertools import product

from hypothesis import strategies as st

from siemc.formula import ONE, RUN, Glob, Regex, glob
from tests.regex.strategies import sources

SMALL = "abA\n"
"""Both cases of a letter, another letter, and a line break."""
SHORT = ["".join(chars) for length in range(6) for chars in product(SMALL, repeat=length)]
"""Every value of up to five of these characters."""

# The letters that case tables disagree on, with what some table makes of them.
ODD = "kK\u212as\u017fS\xdf\u1e9ei\u0130\u0131I\u03c3\u03c2\u03a3"
ODD += "\xe5\xc5\u212bb\xb5\u03bc\u039c\u01c6\u01c5\u01c4aA"
odd_texts = st.text(st.sampled_from(ODD + "b."), max_size=6)


def globs(letters: str = "abA", max_parts: int = 5) -> st.SearchStrategy[Glob]:
    """Globs of these letters."""
    literals = st.text(st.sampled_from(letters), min_size=1, max_size=2)
    parts = st.lists(st.one_of(st.just(RUN), st.just(ONE), literals), max_size=max_parts)
    return st.builds(glob, parts, st.booleans())


_anchors = st.sampled_from(["^", "$", r"\b", r"\B", r"\A", r"\Z", r"\z", "(?m:^)", "(?m:$)"])
_atoms = st.sampled_from(["a", "b", "A", ".", "[ab]", "[^a]", r"\w", r"\n", "(?i:a)", r"[\s\S]"])
_counts = st.sampled_from(["*", "+", "?", "{2}", "{1,2}", "{2,}"])


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.lists(inner, min_size=2, max_size=4).map("".join),
        st.lists(inner, min_size=2, max_size=3).map(lambda options: f"(?:{'|'.join(options)})"),
        st.tuples(inner, _counts).map(lambda pair: f"(?:{pair[0]}){pair[1]}"),
    )


regexes = st.builds(
    Regex,
    st.recursive(st.one_of(_atoms, _atoms, _anchors), _larger, max_leaves=7),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
"""Expressions over the small alphabet, with every zero-width test and flag."""

any_regexes = st.builds(Regex, sources(), st.booleans(), st.booleans(), st.booleans())
tests = st.one_of(globs(), regexes)
