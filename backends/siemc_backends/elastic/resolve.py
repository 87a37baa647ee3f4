"""From a leaf of the formula to the form that is exact on every index, or to a problem."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import TYPE_CHECKING

from siemc.folding import fold, has_case
from siemc.formula import (
    Atom,
    Cidr,
    Compare,
    Equals,
    Glob,
    IsNull,
    Opaque,
    Origin,
    Regex,
    SameAs,
    Test,
    TimePart,
    Wild,
    glob,
)
from siemc.missing import no_field
from siemc.regex.letters import glob_to_lucene
from siemc.schema import Schema
from siemc_backends.elastic import addresses
from siemc_backends.elastic.dialect import MANY_ONES, Dialect
from siemc_backends.elastic.fields import Facts, field_facts
from siemc_backends.elastic.forms import (
    AnyOf,
    Anywhere,
    Form,
    Missing,
    Pattern,
    Present,
    Range,
    Scalar,
    Words,
)
from siemc_backends.elastic.platform import CASELESS
from siemc_backends.elastic.problems import Findings
from siemc_backends.elastic.values import (
    KEYWORDS,
    clip,
    half_characters,
    has_only_wildcards,
    is_finite,
    is_for_each,
    is_merged,
    is_number,
    is_prefix,
    lowered,
    show,
    text_of,
)

if TYPE_CHECKING:
    from siemc_backends.elastic.expressions import Expression

ANY_RUN = (Wild.RUN,)
# Elasticsearch's reference, "Metadata fields": of the document, and not in any mapping
METADATA = frozenset({"_index", "_id", "_tier", "_routing", "_ignored", "_source", "_field_names"})
METADATA |= {"_doc_count", "_seq_no", "_version", "_type", "_nested_path", "_feature", "_size"}
NO_FORM = (SameAs, TimePart, Opaque)
KEYWORD_HINT = "Map the rule's field to a keyword field."
OTHER_TARGET = "Use -t lucene or -t dsl, which can ignore case on such a field"
CASELESS_HINT = (
    f"{OTHER_TARGET}; or give the field a lowercase sub-field (siemc schema template) and compile "
    "for --schema ecs-caseless."
)
NORMALIZED_HINT = (
    f"{OTHER_TARGET}; or, if your fields have a lowercase normalizer, compile for --schema raw."
)


class Resolver:
    """Chooses forms for one schema. ``folds``: the language can ignore case where a field does not.

    What it cannot say exactly goes to ``findings``, and the form it returns is the plain one, or
    ``None`` where the language has none.
    """

    def __init__(self, schema: Schema, folds: bool, dialect: Dialect) -> None:
        self.schema = schema
        self.known = field_facts(schema)
        self.folds = folds
        self.dialect = dialect
        self.findings = Findings()
        self.origins: tuple[Origin, ...] = ()

    def form(self, atom: Atom) -> Form | None:
        """The form of this leaf."""
        self.origins = atom.origins
        if self._is_unwritable(atom):
            return None
        if isinstance(atom.test, NO_FORM):
            self._no_form(atom.field, atom.test)
            return None
        if atom.field is None:
            return self._keyword(atom)
        return self._field(atom.field, atom.test)

    def problem(self, code: str, name: str | None, message: str, hint: str) -> None:
        """Note a problem of the leaf at hand."""
        self.findings.problem(code, name, message, hint, self.origins)

    def _is_unwritable(self, atom: Atom) -> bool:
        """Note a name or text that no query of Elasticsearch can hold."""
        name = atom.field
        why = ""
        if name == "":
            why = "A field without a name cannot be written"
        elif name in METADATA:
            why = f"{name} is Elasticsearch's own field, not one of the event"
        elif halves := half_characters(atom):
            why = f"{halves} holds half a surrogate pair, which is no character"
        if why:
            hint = "Rename the field in the rule or its pipeline, or correct the value."
            self.problem("SC212", name, f"{why}.", hint)
        return bool(why)

    def _no_form(self, name: str | None, test: SameAs | TimePart | Opaque) -> None:
        match test:
            case SameAs(other):
                message = f"Elasticsearch's query languages cannot compare {name} with {other}."
                hint = "Use -t spl, or write the comparison in ES|QL or EQL by hand."
                self.problem("SC208", name, message, hint)
            case TimePart(unit):
                message = f"No query can test the {unit} of {name}."
                hint = "Store that part in a field of its own when the event is ingested."
                self.problem("SC209", name, message, hint)
            case Opaque(text):
                message = f"{text} is a text of another query language."
                hint = "Leave out the pipeline or option that adds it."
                self.problem("SC216", name, message, hint)

    def _keyword(self, atom: Atom) -> Form | None:
        whole = self.schema.whole_event
        bounded = _as_keyword(atom)
        if whole is not None and bounded is not None:
            self.findings.assumed.add("SA04")
            return self._field(whole, bounded.test)
        why = f"schema {self.schema.name} has no field that holds the whole event"
        if whole is not None:
            why = "it asks for more than a text found somewhere in the event"
        shown = bounded.test if bounded else None
        text = show(shown) if isinstance(shown, Glob) else "of this kind"
        message = f"The keyword {text} cannot be sought: {why}."
        hint = (
            "Name the fields in the rule, or compile for a schema with a whole-event field (raw)."
        )
        self.problem("SC211", None, message, hint)
        return Anywhere(shown) if isinstance(shown, Glob) else None

    def _field(self, name: str, test: Test) -> Form | None:
        known = self.known[name]
        if known.absent or not known.searchable:
            self._unsearchable(name, known)
        if not self.schema.closed:
            self.findings.assumed.add("SA03")
        match test:
            case Glob():
                return self._glob(name, known, test)
            case Regex():
                return self._regex(name, known, test)
            case Equals(value):
                return self._glob(name, known, Glob((text_of(value),)))
            case Compare(op, number):
                return self._compare(name, known, Range(name, op, text_of(number)))
            case Cidr():
                return self._cidr(name, known, test)
            case IsNull():
                return self._null(name, known)
            case _:
                return self._present(name, known)

    def _unsearchable(self, name: str, known: Facts) -> None:
        """A field that is not there, or not indexed, is a problem whatever the test."""
        if known.absent:
            self.problem("SC206", name, *no_field(self.schema, name))
        else:
            message = f"{name} is stored but not indexed, so no query finds it."
            self.problem("SC207", name, message, "Map the rule's field to one that is indexed.")

    def _present(self, name: str, known: Facts) -> Form:
        self._limits(known.limited)
        return Present(name)

    def _null(self, name: str, known: Facts) -> Form:
        self._limits(known.limited)
        if known.text:
            message = f"{name} is analysed text, where an empty value cannot be found."
            self.problem("SC215", name, message, KEYWORD_HINT)
        return Missing(name, or_empty=all(kind.type in KEYWORDS for kind in known.kinds))

    def _limits(self, limited: bool) -> None:
        if limited:
            self.findings.assumed.add("SA01")

    def _glob(self, name: str, known: Facts, test: Glob) -> Form:
        if test.parts == ANY_RUN:
            return self._present(name, known)
        if known.term:
            return self._words(name, known, test)
        if known.all_of("boolean") and (text := fold(test.literal or "")) in {"true", "false"}:
            return Scalar(name, text, "boolean")
        if known.number and is_number(test.literal, known):
            return Scalar(name, test.literal or "", "number")
        if known.all_of("ip") and (address := addresses.network_of(test)):
            self.findings.assumed.add("SA10")
            return Scalar(name, address, "address")
        return self._odd_type(name, known, test)

    def _odd_type(self, name: str, known: Facts, test: Glob) -> Form:
        """A glob on a field that is not made of whole terms in every index."""
        types = _types(known)
        hint = KEYWORD_HINT
        if known.text:
            message = f"{name} is analysed text ({types}): {show(test)} cannot be held against it."
            self.problem("SC204", name, message, hint)
        elif (known.all_of("flattened") and is_prefix(test)) or (
            known.families > 1 and is_for_each(test, known)
        ):
            return self._words(name, known, test)
        elif known.families > 1:
            message = f"{name} is {types} in different indices; {show(test)} does not suit each."
            self.problem("SC214", name, message, "Narrow the data view to indices of one type.")
        else:
            message = f"{name} is of type {types}, which cannot be tested for {show(test)}."
            self.problem("SC207", name, message, hint)
        return Words(name, test)

    def _words(self, name: str, known: Facts, test: Glob) -> Form:
        """A glob on a field of whole terms: the case decides."""
        if len(test.parts) > MANY_ONES and not _is_affordable(test):
            message = f"{show(test)} on {name} is more work than Lucene takes on."
            self.problem("SC213", name, message, "Write the value with fewer single wildcards.")
        if known.wildcard and self.dialect.patterns and has_only_wildcards(test):
            return Pattern(name, glob_to_lucene(test.parts, fold="none", cased=True))
        text = "".join([part for part in test.parts if isinstance(part, str)])
        if known.uncased:
            self._check_merged(name, text)
        if not (text.lower() != text.upper() if text.isascii() else has_case(text)):
            return self._plain(name, known, test)
        if test.cased:
            return self._cased(name, known, test)
        return self._caseless(name, known, test, text)

    def _plain(self, name: str, known: Facts, test: Glob) -> Form:
        self._limits(known.limited)
        return Words(name, test)

    def _cased(self, name: str, known: Facts, test: Glob) -> Form:
        if known.uncased:
            message = f"{name} ignores case, and {show(test)} must be found with its case."
            self.problem("SC202", name, message, "Compile for a schema where the field has case.")
        return self._plain(name, known, test)

    def _caseless(self, name: str, known: Facts, test: Glob, text: str) -> Form:
        """The readable forms first: the field as it is, lower-cased values, the sub-field."""
        if known.uncased:
            self.findings.assumed.add("SA02")
        if not known.cased:
            return self._plain(name, known, test)
        if known.lower:
            self.findings.assumed.add("SA07")
            return self._plain(name, known, lowered(test))
        same = known.caseless_same and not is_merged(text)
        if known.caseless and (same or not self.folds):
            self._check_merged(f"{name}.{CASELESS}", text)
            self.findings.assumed.add("SA02")
            self._limits(known.caseless_limited)
            return Words(f"{name}.{CASELESS}", test)
        self._limits(known.limited)
        # The one problem a query can have hundreds of times: its message is made once.
        if not self.folds and not self.findings.again("SC201", name, self.origins):
            message = f"{name} compares case, so {show(test)} would miss other spellings."
            hint = CASELESS_HINT if self.schema.closed else NORMALIZED_HINT
            self.problem("SC201", name, message, hint)
        return Words(name, test, fold=self.folds)

    def _check_merged(self, name: str, text: str) -> None:
        if is_merged(text):
            message = (
                f"{name} is indexed in a lower case that merges {clip(text)} with other texts."
            )
            self.problem("SC202", name, message, "Use -t lucene or -t dsl on a field with case.")

    def _regex(self, name: str, known: Facts, test: Regex) -> Form | None:
        from siemc_backends.elastic.expressions import as_globs  # most rules have no expression

        found = as_globs(test, self.dialect)
        if found.why is not None:
            self._no_expression(name, test, found)
        else:
            self.findings.assumed.update(found.assumptions)
        if found.globs or found.why is not None:
            return _any_of([self._glob(name, known, each) for each in found.globs])
        return self._pattern(name, known, test)

    def _pattern(self, name: str, known: Facts, test: Regex) -> Form | None:
        self._limits(known.limited)
        if not known.term:
            message = f"{name} is {_types(known)}: no expression can be held against it."
            code = "SC204" if known.text else "SC207"
            self.problem(code, name, message, KEYWORD_HINT)
        from siemc_backends.elastic.expressions import as_patterns

        found = as_patterns(test, self.dialect, known.uncased)
        if found.why is not None and found.code == "SC202":
            self._no_expression(name, test, found)
            found = as_patterns(test, self.dialect, False)
        elif known.uncased and known.cased:
            found = as_patterns(test, self.dialect, False)
        if found.why is not None:
            self._no_expression(name, test, found)
            return None
        self.findings.assumed.update(found.assumptions)
        return _any_of([Pattern(name, text) for text in found.patterns])

    def _no_expression(self, name: str, test: Regex, found: Expression) -> None:
        shown = clip(test.source)
        if found.code == "SC202":
            message = f"{name} ignores case, and the expression {shown} does not."
            hint = "Compile for a schema where the field has case, or add the modifier i."
        else:
            message = f"The expression {shown} on {name} has no form here: {found.why}."
            hint = "Write it with contains, startswith, endswith or wildcards."
            if not self.dialect.patterns:
                hint += " Or use -t lucene or -t dsl, which have regular expressions."
        self.problem(found.code, name, message, hint)

    def _compare(self, name: str, known: Facts, plain: Range) -> Form:
        if not known.number or not is_finite(plain.text):
            message = f"{name} is of type {_types(known)}, which is not compared with {plain.text}."
            self.problem("SC207", name, message, "Map the rule's field to a numeric field.")
        return plain

    def _cidr(self, name: str, known: Facts, test: Cidr) -> Form:
        network = test.network
        if addresses.holds_ipv4(network):
            message = f"An ip field keeps IPv4 as IPv6, so {network} would hold IPv4 addresses too."
            self.problem("SC210", name, message, "Name networks outside of ::ffff:0:0/96.")
        if known.all_of("ip"):
            self.findings.assumed.add("SA10")
            return Scalar(name, str(network), "address")
        subs = [kind.subfield("ip") for kind in known.kinds]
        if all(sub is not None and sub.type == "ip" for sub in subs):
            self.findings.assumed.add("SA10")
            return Scalar(f"{name}.ip", str(network), "address")
        if self.dialect.patterns and known.term and isinstance(network, IPv4Network):
            self._limits(known.limited)
            return Pattern(name, addresses.text_expression(network))
        message = f"{name} is not of type ip, so {network} cannot be tested as a network."
        self.problem("SC210", name, message, "Map the rule's field to a field of type ip.")
        return Scalar(name, str(network), "address")


def _is_affordable(test: Glob) -> bool:
    from siemc_backends.elastic.expressions import is_affordable

    return is_affordable(test)


def _types(known: Facts) -> str:
    return " and ".join(dict.fromkeys(kind.type for kind in known.kinds))


def _any_of(forms: list[Form]) -> Form | None:
    if not forms:
        return None
    return forms[0] if len(forms) == 1 else AnyOf(tuple(forms))


def _as_keyword(atom: Atom) -> Atom | None:
    """The keyword as a test of the whole event's text: an anchored one has none."""
    match atom.test:
        case Glob(parts, cased) if parts[:1] == ANY_RUN and parts[-1:] == ANY_RUN:
            return Atom(None, glob(parts, cased), atom.origins)
        case Regex() as test if not test.may_be_anchored:
            return atom
        case _:
            return None
