"""The generators of data files and of parts of the docs."""
