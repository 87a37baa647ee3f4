"""Lint: what is odd about rules, from pySigma's and SigmaHQ's validators and from proofs.

``run.lint`` finds, ``fixes.mend`` mends, ``output`` prints; every code is in the catalogue.
"""
