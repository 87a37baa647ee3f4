"""Publishing: queries and verdicts become files that Splunk and Elastic import."""
