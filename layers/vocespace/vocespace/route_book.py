"""Which route a booking goes."""

from __future__ import annotations

from vocespace.booking_routes import ANY_TYPE, Route, route_key
from vocespace.table import Table, record_of


class RouteBook:
    """Finds routes.

    Args:
        table: The table.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def route(self, source: str, event_type: str) -> Route | None:
        """The route of an event type, or else the one that takes all others of the source; None where there is none.

        Raises:
            StoreUnavailableError: nobody can tell.
        """
        # Nobody books what is called like the route for everything else; a key may be asked for only once.
        types = dict.fromkeys((event_type, ANY_TYPE))
        items = self._table.read([route_key(source, each) for each in types])
        return next((record_of(Route, item) for item in items if item is not None), None)
