"""What has to hold for a write to be made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on the item that a write is about, as it is before.

    Attributes:
        expression: The condition, in DynamoDB's language.
        names: What its `#` placeholders stand for.
        values: What its `:` placeholders stand for.
    """

    expression: str
    names: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, object] = field(default_factory=dict)


EXISTS = Condition("attribute_exists(pk)")
"""There is such an item."""

NEW = Condition("attribute_not_exists(pk)")
"""There is none yet."""
