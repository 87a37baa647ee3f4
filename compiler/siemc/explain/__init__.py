"""Explaining: what a rule looks for, what it suppresses, and how common each indicator is.

Each part of a rule's page is a function of its formula, of its metadata or of a table in the
package; ``page.explain`` puts them together.
"""
