"""Apache Lucene's own query parser, run as Elasticsearch runs ``query_string`` on keyword fields.

What Elasticsearch adds to the parser is added here: groups of only negations mean "everything but"
(``Queries.fixNegativeQueryIfNeeded``), and ``_exists_:f`` asks whether the field has a value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.engines.jvm import jvm


class Lucene:
    """An engine over indices in memory; ``normalized`` is a keyword with a lowercase normalizer."""

    def __init__(self, jpype: Any, normalized: bool) -> None:
        self.java: Any = jpype.JPackage("java")
        self.lucene: Any = jpype.JPackage("org").apache.lucene
        self.normalized = normalized
        builder = self.lucene.analysis.custom.CustomAnalyzer.builder().withTokenizer("keyword")
        if normalized:
            builder = builder.addTokenFilter("lowercase")
        self.analyzer = builder.build()
        self.parser = self.lucene.queryparser.classic.QueryParser("*", self.analyzer)
        self.parser.setAllowLeadingWildcard(True)
        # Elasticsearch 8.1 and later set the limit by the node's memory: assumption SA11
        self.lucene.search.IndexSearcher.setMaxClauseCount(8192)

    def parse(self, text: str) -> Any:
        """The query as Elasticsearch would make it; raises what the parser raises."""
        return self._repaired(self.parser.parse(text))

    def _repaired(self, query: Any) -> Any:
        search = self.lucene.search
        if not isinstance(query, search.BooleanQuery):
            return query
        builder = search.BooleanQuery.Builder()
        only_not = True
        for clause in query.clauses():
            occur = clause.occur()
            only_not = only_not and occur == search.BooleanClause.Occur.MUST_NOT
            builder.add(self._repaired(clause.query()), occur)
        if only_not:
            builder.add(search.MatchAllDocsQuery(), search.BooleanClause.Occur.FILTER)
        return builder.build()

    def hits(self, text: str, events: Sequence[Mapping[str, Sequence[str]]]) -> list[bool]:
        """Which of the events the query finds."""
        query = self.parse(text)
        reader = self.lucene.index.DirectoryReader.open(self._index(events))
        try:
            searcher = self.lucene.search.IndexSearcher(reader)
            found = {doc.doc for doc in searcher.search(query, len(events)).scoreDocs}
        finally:
            reader.close()
        return [number in found for number in range(len(events))]

    def _index(self, events: Sequence[Mapping[str, Sequence[str]]]) -> Any:
        directory = self.lucene.store.ByteBuffersDirectory()
        config = self.lucene.index.IndexWriterConfig(self.analyzer)
        writer = self.lucene.index.IndexWriter(directory, config)
        for event in events:
            writer.addDocument(self._document(event))
        writer.close()
        return directory

    def _document(self, event: Mapping[str, Sequence[str]]) -> Any:
        document = self.lucene.document.Document()
        keep = self.lucene.document.Field.Store.NO
        for name, values in event.items():
            for value in values:
                text = self.analyzer.normalize(name, value).utf8ToString()
                document.add(self.lucene.document.StringField(name, text, keep))
            if values:
                document.add(self.lucene.document.StringField("_exists_", self._name(name), keep))
        return document

    def _name(self, name: str) -> str:
        """The parser analyses the value of ``_exists_`` too, which Elasticsearch does not."""
        return str(self.analyzer.normalize("_exists_", name).utf8ToString())


def start(normalized: bool) -> Lucene:
    """Lucene in this process, or a skipped test that says what is missing."""
    return Lucene(jvm(), normalized)
