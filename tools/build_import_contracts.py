"""Write ``compiler/siemc/data/conf-keys.json``: the settings that Splunk's spec files name.

Of each setting its name and the kind of its value, and of each file the version in its first line;
no text of theirs. The part ``apps`` of the file, settings of Splunk's apps that no spec file of
Splunk Enterprise has, is kept by hand and left as it is. ``--check`` says if the file is stale.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TARGET = Path(__file__).resolve().parents[1] / "compiler" / "siemc" / "data" / "conf-keys.json"
FILES = ("savedsearches", "macros", "app", "alert_actions")
ABOUT = "Made by tools/build_import_contracts.py from the .conf.spec files; `apps` is kept by hand."

_SETTING = re.compile(r"([A-Za-z_<][\w.<>:\-]*) *= *(.*)")
_STANZA = re.compile(r"\[(.+)\]")
_VERSION = re.compile(r"# +Version +(\S+)")
_BITS = "only acceptable values for this setting are 0 and 1"
_PLAIN = {
    "<boolean>": "boolean",
    "0|1": "boolean",
    "true|false": "boolean",
    "1or0": "boolean",
    "<integer>": "integer",
    "<unsignedinteger>": "unsigned",
    "<positiveinteger>": "unsigned",
}


def kind(grammar: str) -> str | list[str]:
    """What a setting takes: ``boolean``, ``integer``, ``unsigned``, a list of words, or ``text``.

    A list of words may have ``<boolean>``, ``<integer>`` or ``<unsigned>`` among them.
    """
    bare = grammar.strip()
    if re.fullmatch(r"\[.*\]|\{.*\}", bare):
        bare = bare[1:-1]
    words = [each.strip() for each in bare.split("|")]
    joined = "|".join(sorted(words)) if len(words) == 2 else bare
    plain = _PLAIN.get(joined.replace(" ", "")) or _PLAIN.get(bare.replace(" ", ""))
    if plain:
        return plain
    if len(words) > 1 and all(_is_word(each) for each in words):
        return [each.replace("unsigned integer", "unsigned") for each in words]
    return "text"


def _is_word(text: str) -> bool:
    return text in {"<boolean>", "<integer>", "<unsigned integer>"} or (
        re.fullmatch(r"[\w.\-][\w.\- ]*", text) is not None
    )


def read_spec(text: str) -> dict[str, Any]:
    """The version of a spec file, and by stanza the kind of each setting."""
    version = _VERSION.match(text)
    stanzas: dict[str, dict[str, str | list[str]]] = {}
    for stanza, key, grammar, about in _settings(text):
        found = "bit" if _BITS in about else kind(grammar)
        stanzas.setdefault(stanza, {}).setdefault(key, found)
    return {"version": version[1] if version else None, "stanzas": stanzas}


def _settings(text: str) -> Iterator[tuple[str, str, str, str]]:
    """Stanza, key, what it takes, and what is said about it, of each setting of a spec file."""
    stanza, last = "", None
    about: list[str] = []
    for line in [*text.splitlines(), "[end]"]:
        header, setting = _STANZA.fullmatch(line.rstrip()), _SETTING.fullmatch(line.rstrip())
        if not header and not setting:
            about.append(line)
            continue
        if last:
            yield *last, " ".join(about)
        about, last = [], None
        if header:
            stanza = header[1]
        elif setting:
            last = (stanza, setting[1], setting[2])


def build(specs: Path) -> str:
    """The text of ``conf-keys.json``. Raises ``OSError`` where a spec file is missing."""
    kept = json.loads(TARGET.read_text(encoding="utf-8")) if TARGET.exists() else {}
    files = {
        f"{name}.conf": read_spec((specs / f"{name}.conf.spec").read_text(encoding="utf-8"))
        for name in FILES
    }
    whole = {"about": ABOUT, "files": files, "apps": kept.get("apps", {})}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def main() -> int:
    """Write or check the file; 1 if it is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--specs", type=Path, required=True, help="the folder of *.conf.spec")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    options = parser.parse_args()
    text = build(options.specs)
    if not options.check:
        TARGET.write_text(text, encoding="utf-8")
        return 0
    stale = not TARGET.exists() or TARGET.read_text(encoding="utf-8") != text
    if stale:
        print(f"{TARGET.name} is stale: run tools/build_import_contracts.py", file=sys.stderr)
    return int(stale)


if __name__ == "__main__":
    sys.exit(main())
