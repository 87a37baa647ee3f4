"""A rule's saved search: its query with the site's macros, and the settings it runs by."""

from __future__ import annotations

from dataclasses import replace

from siemc.backend import Backend, Layout, backends
from siemc.formula import Atom, Formula, GlobPart, Wild, conjunction, glob
from siemc.passes import simplify
from siemc.plans import Plan, Scoped
from siemc.publish.conffile import read_conf, write_stanza
from siemc.publish.deployment import Build
from siemc.publish.names import Names
from siemc.publish.outputs import Draft, Output, Subject
from siemc.publish.readback import prove_search
from siemc.publish.saved_search import Search, settings

FILTER = "search *"
"""What a rule's filter macro is until a site puts its own exclusions there, as in Splunk's own."""
ONE_LINE = Layout()


class SavedSearches:
    """Makes the saved searches of one app.

    The scope of a query is a macro of its data source, so that a site names its index in one place;
    that of a rule whose deployment names an index is written out.
    """

    def __init__(self, build: Build, names: Names) -> None:
        self.build = build
        self.names = names
        self.spl: Backend = backends()["spl"]
        self.prefix = f"{build.app}_".lower().replace("-", "_")
        self._definitions: dict[str, str] = {}

    def output(self, subject: Subject) -> Output:
        """The rule's saved search. Raises ``SiemcError`` where the rule has no plan."""
        plan = subject.compilation.plan("spl")
        own_index = subject.deployment.splunk.get("index", "")
        scoped = Scoped(plan.formula, {})
        if not own_index:
            scoped = subject.compilation.scoped("spl", self.prefix)
        macros = {name: self._definition(name, scoped, plan) for name in scoped.macros}
        index = own_index or self.build.index
        asked = conjunction([scope_index(index)] if index else [])
        written = scoped.formula if macros else conjunction([asked, scoped.formula])
        emission = self.spl.emit(simplify(written), plan.schema, ONE_LINE)
        text = emission.text
        draft = Draft("saved-search", "spl", plan, text, emission.problems, emission.assumptions)
        if draft.is_hopeless(subject):
            return draft.output(subject)
        meant = simplify(conjunction([asked, plan.formula]))
        return self._judged(subject, draft, meant, macros)

    def _judged(
        self, subject: Subject, draft: Draft, meant: Formula, macros: dict[str, str]
    ) -> Output:
        macro = self.names.filter_macro(subject.rule)
        search = f"{draft.text} | `{macro}`"
        called = {**macros, macro: FILTER}
        stanza = self._stanza(subject, search, "")
        found = read_conf(stanza)[0][0].get("search") or ""
        proof = prove_search(meant, found, called, self.spl, draft.plan.schema)
        output = replace(draft, text=stanza, proof=proof).output(subject)
        if output.allowed is not None:
            label = f"NOT EXACT ({output.verdict}): {output.allowed}."
            output = replace(output, text=self._stanza(subject, search, label))
        return replace(output, name=self.names.stanza(subject.rule), macros=called)

    def _stanza(self, subject: Subject, search: str, label: str) -> str:
        name = self.names.stanza(subject.rule)
        rule_id = subject.rule.id or ""
        found = Search(name, search, rule_id, subject.metadata, subject.deployment, label)
        return write_stanza(name, settings(found, self.build))

    def _definition(self, name: str, scoped: Scoped, plan: Plan) -> str:
        """What a scope macro is defined as: the build's index, and the tests it stands for."""
        if name not in self._definitions:
            index = [scope_index(self.build.index)] if self.build.index else []
            asked = conjunction([*index, scoped.macros[name]])
            self._definitions[name] = f"({self.spl.emit(asked, plan.schema, ONE_LINE).text})"
        return self._definitions[name]


def scope_index(name: str) -> Formula:
    """The test that asks for an index, whose name may have wildcards."""
    parts: list[GlobPart] = []
    for number, text in enumerate(name.split("*")):
        parts += [Wild.RUN, text] if number else [text]
    return Atom("index", glob(part for part in parts if part != ""))
