"""A real Elasticsearch or OpenSearch: one node on loopback, spoken to over HTTP.

The jars come from Maven (``poms/``), the Java runtime from the wheel ``arcadedb-embedded``. Elastic
publishes the server's modules as jars of their own: Netty and KQL are enough for ``_mapping``,
``_search`` and the query ``kql``. The node runs in a child process (``node.py``), which ends with
this one, however it ends.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

from tests.engines.maven import jars
from tests.engines.missing import Missing

Query = Mapping[str, Any]
Hits = frozenset[str]
BATCH = 25
SECONDS = 300  # for one answer, on a slow machine

# Of each module the first words of its jars' names; the other jars are the server's class path.
MODULES: dict[str, dict[str, tuple[str, ...]]] = {
    "elasticsearch": {
        "transport-netty4": ("transport-netty4", "netty-", "elasticsearch-ssl-config"),
        "x-pack-kql": ("x-pack-kql", "antlr4-"),
    },
    "opensearch": {"transport-netty4": ("transport-netty4", "opensearch-netty4", "netty-")},
}
OPENSEARCH_MODULE = """description=netty
version={v}
name=transport-netty4
opensearch.version={v}
java.version=21
classname=org.opensearch.transport.Netty4ModulePlugin
extended.plugins=
has.native.controller=false
"""
LOGGING = """status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %p %c{1.} %m%n
rootLogger.level = error
rootLogger.appenderRef.console.ref = console
"""


class Refused(Exception):  # noqa: N818 - an answer, not a fault
    """The server refuses a query, and its reason."""


class Server:
    """A running node; ``name`` is ``elasticsearch`` or ``opensearch``."""

    def __init__(self, name: str) -> None:
        """Start it, some seconds. Raises ``Missing`` if a package is not there."""
        self.name = name
        self._home = Path(tempfile.mkdtemp(prefix=f"{name}-"))
        self._log = (self._home / "stderr").open("w+b")
        try:
            self._child = self._start()
            self._link = http.client.HTTPConnection("127.0.0.1", self._port(), timeout=SECONDS)
        except BaseException:
            shutil.rmtree(self._home, ignore_errors=True)
            raise
        nodes = self.ask("GET", "/_nodes?filter_path=nodes.*.version")[1]["nodes"]
        self.version: str = next(iter(nodes.values()))["version"]

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """One request: the answer's status and JSON. A body that is text is sent as NDJSON."""
        text = body if isinstance(body, str) or body is None else json.dumps(body)
        kind = "application/x-ndjson" if isinstance(body, str) else "application/json"
        data = text.encode("utf-8", "surrogatepass") if text is not None else None
        self._link.request(method, path, data, {"Content-Type": kind})
        answer = self._link.getresponse()
        read = answer.read()
        return answer.status, json.loads(read) if read else None

    def make(self, index: str, body: Mapping[str, Any]) -> None:
        """Make an index anew."""
        self.drop(index)
        self._must(self.ask("PUT", f"/{index}", body))

    def drop(self, index: str) -> None:
        """Delete an index if it is there."""
        self.ask("DELETE", f"/{index}?ignore_unavailable=true")

    def put(self, index: str, documents: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
        """Index documents by id; those that the server refuses, with its reasons."""
        refused: dict[str, str] = {}
        for part in _parts(list(documents.items()), 2_000):
            rows = (
                f"{json.dumps({'index': {'_id': key}})}\n{json.dumps(event)}\n"
                for key, event in part
            )
            answer = self._must(self.ask("POST", f"/{index}/_bulk?refresh=true", "".join(rows)))
            items = [item["index"] for item in answer["items"]]
            refused |= {item["_id"]: reason(item["error"]) for item in items if "error" in item}
        return refused

    def hits(self, index: str, queries: Iterable[Query], most: int = 10_000) -> list[Hits | str]:
        """For each query the ids it finds, or as text the reason why it is refused."""
        found: list[Hits | str] = []
        for part in _parts(list(queries), BATCH):
            rows = (json.dumps({"query": each, "size": most, "_source": False}) for each in part)
            body = "".join(f"{{}}\n{row}\n" for row in rows)
            answer = self._must(
                self.ask("POST", f"/{index}/_msearch?max_concurrent_searches=1", body)
            )
            found += [_found(each, most) for each in answer["responses"]]
        return found

    def stop(self) -> str:
        """End the node; what it logged."""
        if self._child.stdin is not None and not self._child.stdin.closed:
            self._child.stdin.close()
            self._child.wait(30)
        self._log.flush()
        self._log.seek(0)
        text = self._log.read().decode(errors="replace")
        self._log.close()
        shutil.rmtree(self._home, ignore_errors=True)
        return text

    def _must(self, answer: tuple[int, Any]) -> Any:
        status, body = answer
        if status >= 300:
            raise AssertionError(f"{self.name} answered {status}: {json.dumps(body)[:600]}")
        return body

    def _start(self) -> subprocess.Popen[bytes]:
        home = self._home / "node"
        rest = _laid_out(self.name, home, jars(self.name))
        path = os.pathsep.join(map(str, rest))
        script = str(Path(__file__).with_name("node.py"))
        child = subprocess.Popen(
            [sys.executable, script, self.name, str(home), str(_libjvm()), path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            cwd=self._home,
        )
        assert child.stdout is not None
        if not self._is_ready(child.stdout):
            self._log.seek(0)
            raise AssertionError(f"{self.name} did not start: {self._log.read()[-2000:]!r}")
        return child

    def _is_ready(self, output: IO[bytes]) -> bool:
        for line in output:  # the console's log first
            if line.strip() == b"ready":
                return True
            self._log.write(line)
        return False

    def _port(self) -> int:
        addresses = (self._home / "node" / "logs" / "http.ports").read_text().split()
        return int(next(each for each in addresses if each.startswith("127.")).rsplit(":", 1)[1])


def _parts(items: list[Any], size: int) -> list[Sequence[Any]]:
    return [items[at : at + size] for at in range(0, len(items), size)]


def _found(answer: Mapping[str, Any], most: int) -> Hits | str:
    if "error" in answer:
        return reason(answer["error"])
    rows = answer["hits"]["hits"]
    assert len(rows) < most, "more hits than were asked for"
    assert not answer["_shards"]["failed"], answer["_shards"]
    return frozenset(row["_id"] for row in rows)


def reason(error: Any) -> str:
    """The innermost reason of a server's error."""
    while isinstance(error, Mapping):
        inner = error.get("caused_by") or (error.get("root_cause") or [None])[0]
        failed = error.get("failed_shards") or []
        if inner is None and failed:
            inner = failed[0].get("reason")
        if inner is None or inner == error:
            return f"{error.get('type')}: {error.get('reason')}"
        error = inner
    return str(error)


def _libjvm() -> Path:
    home = find_spec("arcadedb_embedded")
    if home is None or home.origin is None or find_spec("jpype") is None:
        raise Missing("a server needs Java: pip install '.[engines]'")
    return next(Path(home.origin).parent.glob("**/libjvm.*"))


def _laid_out(engine: str, home: Path, found: list[Path]) -> list[Path]:
    """Lay out the node's home; the jars that are left are its class path."""
    for name in ("config", "plugins", "logs"):
        (home / name).mkdir(parents=True)
    (home / "config" / "log4j2.properties").write_text(LOGGING)
    rest = list(found)
    for module, words in MODULES[engine].items():
        folder = home / "modules" / module
        folder.mkdir(parents=True)
        for jar in [each for each in found if each.name.startswith(words)]:
            (folder / jar.name).symlink_to(jar)
            rest.remove(jar)
        main = next(folder.glob(f"{module}-*.jar"))
        (folder / "plugin-descriptor.properties").write_text(_descriptor(engine, module, main))
    return rest


def _descriptor(engine: str, module: str, jar: Path) -> str:
    """A module's descriptor; Elastic's own, but for the Java module and the plug-in it extends.

    As a Java module it would ask for the server's modules, which a class path has not; and
    x-pack-core is not needed to read KQL.
    """
    if engine == "opensearch":
        return OPENSEARCH_MODULE.format(v=jar.stem.rsplit("-", 1)[1])
    inside = f"META-INF/es-plugins/{module}/plugin-descriptor.properties"
    with zipfile.ZipFile(jar) as archive:
        lines = archive.read(inside).decode().splitlines()
    kept = [each for each in lines if not each.startswith(("modulename=", "extended.plugins="))]
    return "\n".join(kept) + "\n"
