"""Checking artifacts as the importer would: Splunk apps, detection rules, whole folders of both."""
