"""Which language whoever asks reads best, of those that there are (RFC 9110 section 12.5.4, RFC 4647 section 3.4)."""

from __future__ import annotations

import re
from collections.abc import Sequence

_RANGE = re.compile(
    r"(?P<tag>\*|[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)"
    r"(?:[ \t]*;[ \t]*[qQ]=(?P<weight>0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?))?"
)
_ANY = "*"


def preferred_language(header: str | None, offered: Sequence[str]) -> str:
    """The language to answer in.

    A range stands for its language: of `zh-Hant-TW` it is `zh` that is looked for. What cannot be read is passed over.

    Args:
        header: `Accept-Language`, as it came.
        offered: Languages without region or script, in lower case; the first is for those who want none of them.
    """
    wanted = _weights(header or "")
    ranks = {language: wanted.get(language, wanted.get(_ANY, (0.0, 0))) for language in offered}
    best = max(offered, key=lambda language: ranks[language])
    return best if ranks[best][0] > 0 else offered[0]


def _weights(header: str) -> dict[str, tuple[float, int]]:
    # By language: how much it is wanted, and, where two are wanted as much, which came first.
    weights: dict[str, tuple[float, int]] = {}
    for place, text in enumerate(header.split(",")):
        found = _RANGE.fullmatch(text.strip(" \t"))
        if found is None:
            continue
        language = found["tag"].partition("-")[0].lower()
        weight = (float(found["weight"] or 1), -place)
        weights[language] = max(weights.get(language, weight), weight)
    return weights
