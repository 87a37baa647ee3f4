"""Look for a false proof: random pairs of formulas, judged, and held against random events.

python bench/proofs.py [PAIRS] [-j JOBS] [-o FILE]

Each pair is compared; a claim is then tried on events close to both formulas: where a verdict says
that nothing is missed no event may be, and each witness must separate the two. Prints what it
found, and exits with 1 at the first contradiction.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Collection, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from random import Random
from unicodedata import category

from siemc.evaluate import Event, evaluate
from siemc.formula import Formula
from siemc.prove.compare import compare
from siemc.prove.verdict import Verdict

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.prove.pairs import Pair, events, pairs

LINE_BREAKS = frozenset("\n\r\x85\u2028\u2029")  # the line terminators of Java's Pattern
EVENTS = 6
BATCH = 5_000


def contradictions(
    pair: Pair, verdict: Verdict, rng: Random, counts: Counter[str]
) -> Iterator[str]:
    """What the events say against the verdict."""
    rule, query, is_equal = pair
    if is_equal and "yes" in (verdict.misses, verdict.extra):
        yield "a difference between formulas that are equal"
    for witness in verdict.witnesses:
        said = evaluate(rule, witness.event), evaluate(query, witness.event)
        if said != (witness.rule, witness.query) or said[0] == said[1]:
            yield f"the witness {witness} is none"
    for event in events(rng, pair, EVENTS):
        truth = evaluate(rule, event), evaluate(query, event)
        counts["events"] += 1
        counts["true events"] += truth[0]
        missed = verdict.misses == "no" and truth == (True, False)
        extra = verdict.extra == "no" and truth == (False, True)
        if (missed or extra) and is_admitted(event, verdict.assumptions):
            yield f"{verdict.relation} by {verdict.how}, but not on {event}"


def is_admitted(event: Event, assumptions: Collection[str]) -> bool:
    """Whether no value of the event is assumed away: with a line break, a control character."""
    texts = "".join(str(value) for values in event.values() for value in values)
    if "SA06" in assumptions and any(category(char) == "Cc" for char in texts.replace("\t", "")):
        return False
    return "SA05" not in assumptions or not LINE_BREAKS & set(texts)


Contradiction = tuple[Formula, Formula, str]


def batch(seed: int, size: int) -> tuple[Counter[str], list[Contradiction]]:
    """Judge ``size`` pairs; what was counted, and every contradiction."""
    counts: Counter[str] = Counter()
    found: list[Contradiction] = []
    rng = Random(-seed - 1)
    for _, pair in zip(range(size), pairs(seed), strict=False):
        verdict = compare(pair.rule, pair.query)
        counts["pairs"] += 1
        counts[verdict.relation] += 1
        counts["witnesses"] += len(verdict.witnesses)
        if verdict.relation == "exact":
            counts[f"exact by {verdict.how}"] += 1
        found += [
            (pair.rule, pair.query, why) for why in contradictions(pair, verdict, rng, counts)
        ]
    return counts, found


def report(counts: Counter[str], seconds: float) -> str:
    """The page of a run."""
    exact = counts["exact"] or 1
    lines = [
        "# A recorded run of the prover",
        "",
        "<!-- Made by bench/proofs.py; do not edit. -->",
        "",
        f"`python bench/proofs.py {counts['pairs']}`: no contradiction, in {seconds:.0f} s.",
        "",
        "| what | how many |",
        "|-|-|",
        f"| pairs of formulas compared | {counts['pairs']:,} |",
        *(f"| verdict *{each}* | {counts[each]:,} |" for each in RELATIONS),
        *(
            f"| *exact* by {how} | {counts[f'exact by {how}']:,} "
            f"({100 * counts[f'exact by {how}'] / exact:.0f} %) |"
            for how in ("form", "logic", "languages")
        ),
        f"| witnesses, each evaluated on both sides | {counts['witnesses']:,} |",
        f"| events tried | {counts['events']:,} |",
        f"| of these, events that match the rule | {counts['true events']:,} "
        f"({100 * counts['true events'] / (counts['events'] or 1):.0f} %) |",
    ]
    return "\n".join(lines) + "\n"


RELATIONS = ("exact", "wider", "narrower", "different", "unknown")


def main() -> int:
    """Run the command; 1 on a contradiction."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("pairs", nargs="?", type=int, default=20_000)
    parser.add_argument("-j", "--jobs", type=int, default=2)
    parser.add_argument("-o", "--output", type=Path)
    asked = parser.parse_args()
    start = time.monotonic()
    counts, found = run(asked.pairs, asked.jobs)
    for rule, query, why in found:
        print(f"{why}\n  {rule}\n  {query}", file=sys.stderr)
    if found:
        return 1
    text = report(counts, time.monotonic() - start)
    print(text, end="")
    if asked.output:
        aside = asked.output.with_suffix(".new")
        aside.write_text(text, encoding="utf-8")
        aside.replace(asked.output)
    return 0


def run(size: int, jobs: int) -> tuple[Counter[str], list[Contradiction]]:
    """Judge ``size`` pairs in so many processes; Ctrl-C ends it with what was counted so far."""
    counts: Counter[str] = Counter()
    sizes = [min(BATCH, size - at) for at in range(0, size, BATCH)]
    with ProcessPoolExecutor(jobs) as pool:
        try:
            for part, found in pool.map(batch, range(len(sizes)), sizes):
                counts += part
                print(f"{counts['pairs']:,} pairs", file=sys.stderr)
                if found:
                    pool.shutdown(cancel_futures=True)
                    return counts, found
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)
    return counts, []


if __name__ == "__main__":
    sys.exit(main())
