"""Elasticsearch and Kibana: the platform, and what its three languages share."""
