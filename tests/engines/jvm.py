"""The one Java machine of a test process, with every jar of Lucene that any test asks for.

A machine takes its class path once, at its start. Tests that started it each with their own jars
worked alone, and failed after one another.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.engines.missing import skip

MISSING = "needs Lucene: pip install arcadedb-embedded jpype1"
JARS = ("core", "queryparser", "queries", "analysis-common", "sandbox")


def jvm() -> Any:
    """The module ``jpype``, its machine running; or a skipped test that says what is missing."""
    home = find_spec("arcadedb_embedded")
    if home is None or home.origin is None or find_spec("jpype") is None:
        skip(MISSING)
    jpype: Any = import_module("jpype")
    if not jpype.isJVMStarted():
        folder = Path(home.origin).parent
        jars = [str(next(folder.glob(f"jars/lucene-{jar}-*.jar"))) for jar in JARS]
        jpype.startJVM(str(next(folder.glob("**/libjvm.*"))), classpath=jars)
    return jpype
