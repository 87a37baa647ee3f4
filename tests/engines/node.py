"""The child process of ``server.py``: a Java machine with one node, until standard input closes.

    python node.py elasticsearch|opensearch HOME LIBJVM CLASSPATH

The node's class is called directly, as the server's main class does once its sandbox is up: the
sandbox needs files of the full distribution, and is of no use to a test on loopback.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any

FLAGS = (
    "-Xms512m",
    "-Xmx2g",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",
    "-Dlog4j2.disable.jmx=true",
    "-Dlog4j.shutdownHookEnabled=false",
    "-Dio.netty.noUnsafe=true",
    "-Dio.netty.allocator.numDirectArenas=0",
)
SETTINGS = {
    "cluster.name": "trial",
    "node.name": "trial",
    "discovery.type": "single-node",
    "network.host": "127.0.0.1",
    "http.port": "0",
    "transport.port": "0",
    "node.portsfile": "true",
    "node.processors": "1",
    "cluster.routing.allocation.disk.threshold_enabled": "false",
    "action.destructive_requires_name": "false",
    "indices.breaker.total.use_real_memory": "false",  # it counts what is yet to be collected
}
# Limits that Elasticsearch has not, or works out from the node's memory (assumption SA11).
OPENSEARCH = {
    "indices.query.bool.max_clause_count": "8192",
    "search.query.max_query_string_length": "1000000",
}


def main() -> None:
    """Run the node."""
    engine, home, libjvm, classpath = sys.argv[1:]
    jpype: Any = import_module("jpype")
    jpype.startJVM(libjvm, *FLAGS, classpath=classpath.split(os.pathsep))
    try:
        _node(jpype.JClass, engine, home).start()
    except jpype.JException as error:
        print(error.stacktrace(), file=sys.stderr, flush=True)
        os._exit(1)
    print("ready", flush=True)
    sys.stdin.read()
    os._exit(0)


def _node(java: Any, engine: str, home: str) -> Any:
    package = f"org.{engine}"
    log = java(f"{package}.common.logging.LogConfigurator")
    log.setNodeName("trial")
    if engine == "elasticsearch":
        log.configureESLogging()
    prepare = java(f"{package}.node.InternalSettingsPreparer").prepareEnvironment
    config = java("java.nio.file.Path").of(f"{home}/config")
    env = prepare(_settings(java, package, home), java("java.util.HashMap")(), config, None)
    if engine == "opensearch":
        log.configure(env)
        return java(f"{package}.node.Node")(env)
    log.configure(env, True)
    loader = java(f"{package}.plugins.PluginsLoader")
    plugins = loader.createPluginsLoader(
        loader.loadModulesBundles(env.modulesDir(), False),
        loader.loadPluginsBundles(env.pluginsDir(), False),
        java("java.util.HashMap")(),
        False,
    )
    return java(f"{package}.node.Node")(env, plugins)


def _settings(java: Any, package: str, home: str) -> Any:
    build = java(f"{package}.common.settings.Settings").builder()
    own = OPENSEARCH if package == "org.opensearch" else {}
    for key, value in {**SETTINGS, **own, "path.home": home}.items():
        build.put(key, value)
    return build.build()


if __name__ == "__main__":
    main()
