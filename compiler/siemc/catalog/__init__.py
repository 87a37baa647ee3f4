"""The catalogue: a static site of rules' pages, with what only all of them together can show.

``catalogue.py`` explains every rule; ``index.py``, ``matrix.py``, ``shared.py`` and
``suppressed.py`` make the tables over all of them, ``site.py`` renders them through the templates,
and ``folder.py`` puts the files in their place.
"""
