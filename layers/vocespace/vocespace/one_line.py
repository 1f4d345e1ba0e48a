"""Text of others on a line of ours: a title, a name, where a line's end would begin something else."""

from __future__ import annotations

import re

# Beside what ends lines or is no text at all, also what turns the text after it around.
_APART = re.compile("[\\s\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]+")


def one_line(text: str) -> str:
    """The text with a single space in the place of whatever has none on a line."""
    return _APART.sub(" ", text).strip()
