"""The secrets of the template as they are first, and those of the demo: what the functions read of them."""

from __future__ import annotations

from local.demo_bookings import DemoBookings
from local.initial_secrets import initial_secrets
from local.options import ROOT
from local.template import Template
from vocespace.booking_routes import Route
from vocespace.booking_sources import BookingSources
from vocespace.endpoints import Endpoints
from vocespace.join_links import JoinCodes
from vocespace.key_ring import KeyRing
from vocespace.table import record_of

PARAMETERS = {"LiveKitUrl": "wss://lk.example", "LiveKitApiKey": "key"}


def test_every_secret_of_the_template_has_a_usable_first_value() -> None:
    """Generated or written down; what is generated is another one each time."""
    template = Template.load(ROOT / "template.yaml", PARAMETERS)

    one, other = initial_secrets(template), initial_secrets(template)

    assert KeyRing.parse(one["SigningSecret"]).signing_key().kid == "initial"
    assert JoinCodes.parse(one["JoinLinkSecret"]).code_of("lnk_1") != JoinCodes.parse(other["JoinLinkSecret"]).code_of(
        "lnk_1"
    )
    assert BookingSources.parse(one["BookingSourcesSecret"]).sources == {}
    assert Endpoints.parse(one["EndpointsSecret"]).endpoints == {}
    assert {name for name in one if one[name] == other[name]} == {"BookingSourcesSecret", "EndpointsSecret"}


def test_the_demos_bookings_go_by_sources_and_routes_of_their_own() -> None:
    """By mail and by events into an empty room, without a second calendar entry where the source sends its own."""
    bookings = DemoBookings.generate()

    sources = BookingSources.parse(bookings.sources).sources
    routes = [record_of(Route, item) for item in bookings.items()]

    assert {name: source.kind.value for name, source in sources.items()} == {"demo": "standard", "cal": "cal.com"}
    assert bookings.standard_secret != DemoBookings.generate().standard_secret
    assert bookings.cal_com_secret != DemoBookings.generate().cal_com_secret
    assert {route.source: route.sends_calendar for route in routes} == {"demo": True, "cal": False, "bus": True}
    assert {(route.event_type, route.room, route.sends_mail, route.tells_events) for route in routes} == {
        ("*", "$empty", True, True)
    }
