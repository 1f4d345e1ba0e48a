"""JSON objects from strangers, read without the leniency of `json.loads`.

RFC 8259 leaves duplicate members, NaN and depth to the reader; RFC 8725 section 3 and RFC 7515 section 4 do not.
"""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

MAX_DEPTH = 20
MAX_MEMBERS = 128


class StrictJsonError(ValueError):
    """The bytes are not one well-formed JSON object; the message says why, without quoting them."""


def parse_object(data: bytes) -> dict[str, Any]:
    """Reads one JSON object.

    Args:
        data: UTF-8 without a byte order mark.

    Raises:
        StrictJsonError: not UTF-8, not an object, a duplicate or excess member, NaN or Infinity, or nested too deeply.
    """
    try:
        value = _decoder.decode(data.decode())
    except UnicodeDecodeError:
        raise StrictJsonError("is not UTF-8") from None
    except RecursionError:
        raise StrictJsonError("is nested too deeply") from None
    except StrictJsonError:
        raise
    except ValueError:
        raise StrictJsonError("is not valid JSON") from None
    if not isinstance(value, dict):
        raise StrictJsonError("is not a JSON object")
    if _depth(value) > MAX_DEPTH:
        raise StrictJsonError("is nested too deeply")
    return value


def _closed_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise StrictJsonError("has a duplicate member")
    if len(members) > MAX_MEMBERS:
        raise StrictJsonError("has too many members")
    return members


def _refuse_constant(_: str) -> NoReturn:
    raise StrictJsonError("has a number that is not finite")


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _refuse_constant(text)


def _depth(value: object) -> int:
    depth, level = 0, [value]
    while level:
        depth += 1
        nested = [each for each in level if isinstance(each, dict | list)]
        level = [child for each in nested for child in (each.values() if isinstance(each, dict) else each)]
    return depth


_decoder = json.JSONDecoder(object_pairs_hook=_closed_object, parse_constant=_refuse_constant, parse_float=_finite)
