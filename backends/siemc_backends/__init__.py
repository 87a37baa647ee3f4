"""The targets that come with siemc: Splunk's search, Kibana's KQL, Lucene and the Query DSL."""
