"""A page as one HTML file: nothing to load from elsewhere, and nothing in it but ours that runs."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256

from markupsafe import Markup

from siemc.catalog.assets import asset
from siemc.catalog.templating import render
from siemc.explain.page import Page


def page_html(page: Page) -> str:
    """The page as a document of its own, with the sections of a catalogue's page."""
    return _document(page, tree_only=False)


def tree_html(page: Page) -> str:
    """The rule's formula alone, as a tree that folds."""
    return _document(page, tree_only=True)


def _document(page: Page, tree_only: bool) -> str:
    style, script = asset("style.css"), asset("page.js")
    return render(
        "alone.html",
        page=page,
        tree_only=tree_only,
        links=None,
        root="",
        style=Markup(style),  # both are files of the package, with no ``</`` in them
        script=Markup(script),
        style_hash=_hash(style),
        script_hash=_hash(script),
    ).rstrip()


def _hash(text: str) -> Markup:
    """What the content security policy knows this text by."""
    return Markup(f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'")
