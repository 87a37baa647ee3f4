"""The Splunk app: its files, and the archive that Splunk installs.

What an app has is said in the Splunk Developer Guide ("Structure of an app"); its settings are
those of app.conf.spec and macros.conf.spec 9.2.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from siemc import __version__
from siemc.publish.archive import tgz
from siemc.publish.conffile import write_stanza
from siemc.publish.deployment import Build
from siemc.publish.outputs import Output

DESCRIPTION = "Detection rules, compiled from Sigma by siemc"
SCOPE = "Where the events of this data source are. Name your index here."
FILTER = "Your own exclusions from this rule. An update of the app leaves local/macros.conf alone."


def app_files(searches: Sequence[Output], build: Build) -> dict[str, bytes]:
    """The files of the app that has these saved searches, by their path in the archive."""
    texts = {
        "README.md": _readme(searches, build),
        "app.manifest": _manifest(build),
        "default/app.conf": _app_conf(build),
        "default/macros.conf": _macros(searches),
        "default/savedsearches.conf": _joined(each.text or "" for each in searches),
        "metadata/default.meta": _meta(),
    }
    return {f"{build.app}/{name}": text.encode("utf-8") for name, text in texts.items()}


def app_archive(searches: Sequence[Output], build: Build) -> bytes:
    """The app as a ``.tgz``."""
    return tgz(app_files(searches, build))


def _joined(stanzas: Iterable[str]) -> str:
    return "\n".join(stanzas)


def _app_conf(build: Build) -> str:
    return _joined(
        write_stanza(name, settings)
        for name, settings in {
            "install": {"is_configured": "0", "state": "enabled"},
            "package": {"id": build.app, "check_for_updates": "0"},
            "id": {"name": build.app, "version": build.version},
            "ui": {"is_visible": "0", "label": build.label},
            "launcher": {
                "author": build.author,
                "description": DESCRIPTION,
                "version": build.version,
            },
        }.items()
    )


def _macros(searches: Iterable[Output]) -> str:
    """The macros that the searches call: scopes first, then filters, each by its name."""
    found: dict[str, str] = {}
    for each in searches:
        found |= each.macros
    order = sorted(found, key=lambda name: (name.endswith("_filter"), name))
    return _joined(_macro(name, found[name]) for name in order)


def _macro(name: str, definition: str) -> str:
    told = FILTER if name.endswith("_filter") else SCOPE
    return write_stanza(name, {"definition": definition, "description": told, "iseval": "0"})


def _meta() -> str:
    """Results are looked at in other apps, Search or Enterprise Security: these see both."""
    access = {"access": "read : [ * ], write : [ admin, sc_admin ]"}
    export = {"export": "system"}
    lines = ["[]", *(f"{key} = {value}" for key, value in access.items())]
    stanzas = ["\n".join(lines) + "\n"]
    stanzas += [write_stanza(name, export) for name in ("savedsearches", "macros")]
    return _joined(stanzas)


def _manifest(build: Build) -> str:
    """The packaging toolkit's manifest, schema 2.0.0 ("App manifest schema definition")."""
    manifest: Mapping[str, object] = {
        "schemaVersion": "2.0.0",
        "info": {
            "title": build.label,
            "id": {"group": None, "name": build.app, "version": build.version},
            "author": [{"name": build.author, "email": None, "company": None}],
            "releaseDate": None,
            "description": DESCRIPTION,
            "classification": {
                "intendedAudience": "Security",
                "categories": ["Security, Fraud & Compliance"],
                "developmentStatus": "Production/Stable",
            },
            "commonInformationModels": None,
            "license": {"name": None, "text": None, "uri": None},
            "privacyPolicy": {"name": None, "text": None, "uri": None},
            "releaseNotes": {"name": "README", "text": "./README.md", "uri": None},
        },
        "dependencies": None,
        "tasks": None,
        "inputGroups": None,
        "incompatibleApps": None,
        "platformRequirements": None,
        "supportedDeployments": ["_standalone", "_distributed", "_search_head_clustering"],
        "targetWorkloads": ["_search_heads"],
    }
    return json.dumps(manifest, indent=2) + "\n"


def _readme(searches: Sequence[Output], build: Build) -> str:
    count = len(searches)
    scopes = sorted({m for each in searches for m in each.macros if not m.endswith("_filter")})
    lines = [
        f"# {build.label} {build.version}",
        "",
        f"Saved searches: {count}, compiled from Sigma rules by siemc {__version__}.",
        "",
        "All are disabled until you, or the settings they were built with, enable them.",
        "",
        "Say where your events are in these macros (Settings, Advanced search, Search macros):",
        "",
        *(f"- `{name}`" for name in scopes),
        "",
        "Each search ends in a macro of its own, `<rule>_filter`, for your exclusions.",
        "What you set is kept in `local/`, which an update does not touch.",
    ]
    return "\n".join(lines) + "\n"
