"""Documents that are secrets: read, and what is wrong with them said without quoting them."""

from __future__ import annotations

from typing import TypeVar

from pydantic import ValidationError

from vocespace.strict_json import StrictJsonError, parse_object
from vocespace.wire import WireModel

Document = TypeVar("Document", bound=WireModel)


def read_document(model: type[Document], text: str, what: str, error: type[ValueError]) -> Document:
    """Reads the text of a secret as a document.

    Args:
        model: What it is to be.
        text: The secret's text.
        what: What it holds, as the operator calls it.
        error: What is raised where it is none.
    """
    try:
        return model.from_wire(parse_object(text.encode()))
    except StrictJsonError as fault:
        raise error(f"the document of {what} {fault}") from None
    except UnicodeEncodeError:
        raise error(f"the document of {what} is not text") from None
    except ValidationError as fault:
        raise error(f"the {what} are unusable {_first_fault(fault, what)}") from None


def _first_fault(error: ValidationError, whole: str) -> str:
    first = error.errors(include_input=False, include_context=False, include_url=False)[0]
    # A name that is none, or that nobody has declared, may be a secret in the wrong place.
    known = first["loc"][:1] if "[key]" in first["loc"] else first["loc"]
    known = known[:-1] if first["type"] == "extra_forbidden" else known
    place = ".".join(map(str, known)) or whole
    return f"at {place}: {first['msg'].removeprefix('Value error, ')}"
