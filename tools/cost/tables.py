"""The tables that `python -m tools.cost` prints, in Markdown, as docs/cost.md has them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tools.cost.measured import Measurements
from tools.cost.model import MILLION, Assumptions, bill, billed_seconds
from tools.cost.prices import HOSTED, LOOKED_UP, PRICES, REGION
from tools.cost.uses import USES


def costs(measured: Measurements, assumptions: Assumptions) -> str:
    """What a million of each use costs, by who takes it."""
    bills = [(use, bill(use, measured, assumptions)) for use in USES]
    names = list(bills[0][1])
    rows = [
        (
            f"`{use.name}`: {use.what}",
            f"{1000 * billed_seconds(use, measured, assumptions):.1f} ms",
            *(_dollars(each[name] * MILLION) for name in names),
            f"**{_dollars(sum(each.values()) * MILLION)}**",
        )
        for use, each in bills
    ]
    return _table(("a million of", "Lambda bills for each", *names, "together"), rows)


def hosted() -> str:
    """What others take for a million tokens."""
    rows = [(each.who, _dollars(each.dollars_per_million), each.fixed, each.source) for each in HOSTED]
    return _table(("a million tokens of", "list price", "and", "source"), rows)


def price_list() -> str:
    """The prices, and who says so."""
    rows = [
        (each.what, f"${each.dollars:.10g} for {each.per:,.0f}", each.page, each.quoted or "AWS") for each in PRICES
    ]
    return _table((f"{REGION}, looked up {LOOKED_UP}", "list price", "decides", "read in"), rows)


def _dollars(amount: float) -> str:
    return f"${amount:,.2f}" if amount else ""


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
