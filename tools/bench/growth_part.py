"""`make bench ARGS=growth`: whether a request costs more where there is more of everything."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

from tools.bench.errors import DynamoDBMissingError
from tools.bench.figures import Figure, LeftOut


def growth(rounds: int, tell: Callable[[str], None]) -> Iterator[Figure | LeftOut]:
    """Measures it; without DynamoDB Local what is in the table is left out.

    Args:
        rounds: How often everything is measured.
        tell: Is told what is being done.
    """
    from tools.bench.growth_measures import GrowthBench

    bench = GrowthBench(rounds, tell)
    yield from bench.warm()
    try:
        yield from bench.table()
    except DynamoDBMissingError as error:
        print(f"bench: without growth of the table: {error}", file=sys.stderr)
        yield LeftOut("growth.table")
