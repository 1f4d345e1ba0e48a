"""Routes in the table."""

from __future__ import annotations

from contextlib import suppress

from vocespace.booking_routes import ROUTES, Route, route_key
from vocespace.table import ConditionFailedError, Table, record_of


class RouteStore:
    """Reads and writes routes."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def all(self) -> list[Route]:
        """All of them, by source and event type."""
        return [record_of(Route, item) for item in self._table.query(ROUTES)]

    def route(self, source: str, event_type: str) -> Route | None:
        """The route of just this event type."""
        (item,) = self._table.read([route_key(source, event_type)])
        return None if item is None else record_of(Route, item)

    def put(self, route: Route) -> None:
        """Writes a route, in the place of the one that there may be."""
        self._table.write_together(self._table.put(route_key(route.source, route.event_type) | route.to_wire()))

    def remove(self, route: Route) -> None:
        """Removes a route, if it is still there."""
        with suppress(ConditionFailedError):
            self._table.delete(route_key(route.source, route.event_type))
