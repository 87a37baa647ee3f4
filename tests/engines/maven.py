"""The jars of an engine, fetched by Maven from the poms in this folder, once."""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from pathlib import Path

from tests.engines.missing import Missing, cache, program

POMS = Path(__file__).parent / "poms"
COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.7.1:copy-dependencies"
SECONDS = 400


def jars(engine: str) -> list[Path]:
    """The jars that ``poms/ENGINE.xml`` asks for, with all that they need. Raises ``Missing``.

    They are kept in a folder named by the pom's content, so that a new pin is fetched anew.
    """
    pom = POMS / f"{engine}.xml"
    kept = cache("engines", f"{engine}-{hashlib.sha256(pom.read_bytes()).hexdigest()[:12]}")
    if not kept.is_dir():
        _fetch(pom, kept)
    return sorted(kept.glob("*.jar"))


def _fetch(pom: Path, kept: Path) -> None:
    maven = program("mvn", "Maven fetches the server's jars (apt-get install maven)")
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept.parent) as folder:
        part = Path(folder, "jars")
        # -C: a jar with another checksum than the registry's is an error
        command = [maven, "-B", "-q", "-C", "-f", str(pom), COPY, f"-DoutputDirectory={part}"]
        _run(command)
        try:
            part.rename(kept)
        except OSError:  # another process was faster
            if not kept.is_dir():
                raise


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired as late:
        raise Missing(f"Maven did not fetch the server's jars within {SECONDS} s") from late
    if done.returncode != 0:
        raise Missing(f"Maven did not fetch the server's jars: {done.stdout[-400:]}")
