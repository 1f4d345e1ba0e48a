"""What a write changes, and what has to hold for it to be made, in DynamoDB's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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

    def and_also(self, other: Condition) -> Condition:
        """Both."""
        both = f"({self.expression}) AND ({other.expression})"
        return Condition(both, {**self.names, **other.names}, {**self.values, **other.values})


@dataclass(frozen=True, slots=True)
class Change:
    """What a write does to the members of an item.

    Attributes:
        expression: The change, in DynamoDB's language.
        names: What its `#` placeholders stand for.
        values: What its `:` placeholders stand for.
    """

    expression: str
    names: Mapping[str, str]
    values: Mapping[str, object]

    @classmethod
    def of(
        cls,
        given: Mapping[str, object],
        *,
        removed: Iterable[str] = (),
        added: Mapping[str, frozenset[str]] | None = None,
        taken: Mapping[str, frozenset[str]] | None = None,
    ) -> Change:
        """Gives members new values, and takes others away.

        Args:
            given: The new values.
            removed: The members that go.
            added: What is added to members that are sets.
            taken: What is taken out of such.
        """
        removed, added, taken = sorted(removed), added or {}, taken or {}
        values = {**given, **added, **taken}
        clauses = (
            ("SET", [f"#{name} = :{name}" for name in given]),
            ("REMOVE", [f"#{name}" for name in removed]),
            ("ADD", [f"#{name} :{name}" for name in added]),
            ("DELETE", [f"#{name} :{name}" for name in taken]),
        )
        return cls(
            " ".join(f"{verb} {', '.join(parts)}" for verb, parts in clauses if parts),
            {f"#{name}": name for name in (*values, *removed)},
            {f":{name}": value for name, value in values.items()},
        )


EXISTS = Condition("attribute_exists(pk)")
"""There is such an item."""

NEW = Condition("attribute_not_exists(pk)")
"""There is none yet."""
