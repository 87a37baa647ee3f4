"""The reader of SPL: the text of a search as the formula of what Splunk would find.

Nothing registry-served runs Splunk's ``search``, so each rule here names the page of Splunk's
documentation it was read from. Nothing is shared with the emitter.
"""
