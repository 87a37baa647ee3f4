"""Events that Windows recorded, and the documents that Elastic's ingest pipelines make of them.

Readers (``evtx_files``, ``otrf``) give raw events (``raw``); ``translate`` gives the document of a
data stream for one, by modules that are each written from a pipeline's source (``sysmon``,
``security``, ``powershell``). None of it shares a table with siemc's own field mappings.
"""
