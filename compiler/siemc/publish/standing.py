"""Standing: which of two outcomes of a rule is the better one; a greater number is better."""

from __future__ import annotations

from collections.abc import Mapping

STATUS: Mapping[str, int] = {"compiled": 3, "labelled": 2, "refused": 1, "failed": 0}
# A query that is wider and one that is narrower are wrong in different ways, neither in a worse one
VERDICT: Mapping[str, int] = {"exact": 3, "wider": 2, "narrower": 2, "different": 1, "unknown": 0}
UNPROVED = "unproved"
"""Neither better nor worse than any verdict."""
