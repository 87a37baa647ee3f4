"""What the readers of Lucene, KQL and the Query DSL share: what Elasticsearch does with a query."""
