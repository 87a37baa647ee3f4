"""Correlations: read by pySigma, and refused, since siemc compiles rules on single events."""

from __future__ import annotations

from sigma.correlations import SigmaCorrelationRule
from sigma.exceptions import SigmaError

from siemc.collection import Document
from siemc.detections import SLIPS
from siemc.diagnostics import Diagnostic


def refuse(document: Document) -> list[Diagnostic]:
    """Why this correlation is not compiled: what is wrong with it, or that siemc cannot yet."""
    place, number = ("correlation",), document.number
    try:
        SigmaCorrelationRule.from_dict(dict(document.data))
    except (SigmaError, *SLIPS) as error:
        said = str(error.args[0]).rstrip(".") if error.args else type(error).__name__
        message = f"The correlation cannot be read: {said}."
        hint = "Correct the correlation."
        return [Diagnostic("SC010", message, hint, place=place, document=number)]
    message = "Correlation rules are not compiled yet."
    hint = "Compile the rules it refers to; each is a query of its own."
    return [Diagnostic("SC026", message, hint, place=place, document=number)]
