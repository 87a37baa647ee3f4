"""The prover: does a query equal its rule, and if not, on which event do they differ?

``compare`` is the way in; ``docs/proof.md`` says what a verdict claims.
"""
