"""The templates: escaped always, strict about names, and with nothing invisible in what they show.

What makes a value safe is done here, once for every value, and not where a template prints it.
"""

from __future__ import annotations

from functools import cache
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from siemc.catalog import view
from siemc.catalog.highlight import highlighted
from siemc.explain import words
from siemc.render import visible

SCHEMES = frozenset({"http", "https"})


@cache
def environment() -> Environment:
    """The templates' environment, made once."""
    made = Environment(
        loader=PackageLoader("siemc.catalog", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals.update(view=view, words=words, highlighted=highlighted)
    made.filters.update(lines=lines, paragraphs=paragraphs)
    made.tests["web"] = is_web
    return made


def render(template: str, **values: Any) -> str:
    """A template with these values."""
    return environment().get_template(template).render(values)


def _shown(value: Any) -> Any:
    """Each value on its way into the page: control and bidi characters become visible."""
    return visible(value) if type(value) is str else value  # ``Markup`` is a ``str`` of its own


def lines(text: str) -> Markup:
    """A text whose line breaks stay."""
    return Markup("\n").join(escape(visible(line)) for line in text.split("\n"))


def paragraphs(text: str) -> list[str]:
    """A text's paragraphs, as the empty lines in it make them."""
    found = [" ".join(each.split()) for each in text.replace("\r\n", "\n").split("\n\n")]
    return [each for each in found if each]


def is_web(url: str) -> bool:
    """Whether a reference may be a link: ``http`` or ``https``, with a host, all of it visible."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in SCHEMES and bool(parts.netloc) and visible(url) == url
