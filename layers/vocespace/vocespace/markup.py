"""HTML put together so that no text becomes markup: what goes into a template is escaped, unless it is one itself."""

from __future__ import annotations

import html
from string import Template


class Html(str):
    """Text that is markup already."""

    __slots__ = ()


NOTHING = Html()


def fill(template: str, **values: str) -> Html:
    """A template of ours with values in it, in elements or in quoted attributes; all but `Html` is escaped."""
    safe = {name: value if isinstance(value, Html) else html.escape(value) for name, value in values.items()}
    return Html(Template(template).substitute(safe))


def joined(*parts: Html) -> Html:
    """Markup after markup, a line each; what is empty takes none."""
    return Html("\n".join(part for part in parts if part))
