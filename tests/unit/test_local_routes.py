"""Routing of the local gateway."""

from __future__ import annotations

import pytest

from local.routes import Match, Routes

ROUTES = Routes(
    [
        ("Rest", "ANY", "$default"),
        ("Any", "ANY", "/a"),
        ("GetA", "GET", "/a"),
        ("All", "GET", "/join/{path+}"),
        ("One", "GET", "/join/{code}"),
        ("Fixed", "get", "/join/help.html"),
    ]
)


@pytest.mark.parametrize(
    ("method", "path", "match"),
    [
        ("GET", "/a", Match("GetA", "GET", "/a")),
        ("POST", "/a", Match("Any", "ANY", "/a")),
        ("GET", "/join/x", Match("One", "GET", "/join/{code}", {"code": "x"})),
        ("GET", "/join/x/y", Match("All", "GET", "/join/{path+}", {"path": "x/y"})),
        ("GET", "/join/help.html", Match("Fixed", "GET", "/join/help.html")),
        ("GET", "/join/helpxhtml", Match("One", "GET", "/join/{code}", {"code": "helpxhtml"})),
        ("HEAD", "/join/x", Match("Rest")),
        ("GET", "/a/", Match("Rest")),
        ("GET", "/A", Match("Rest")),
        ("GET", "/", Match("Rest")),
    ],
)
def test_most_specific_route_wins(method: str, path: str, match: Match) -> None:
    """Fixed before variable before greedy, a method before ANY, and `$default` for all else."""
    assert ROUTES.match(method, path) == match


def test_a_route_that_only_iam_lets_in_says_so() -> None:
    """The same path by another method can be open."""
    routes = Routes([("F", "GET", "/iam/a"), ("F", "POST", "/iam/a")], signed=[("POST", "/iam/a")])

    assert routes.match("POST", "/iam/a") == Match("F", "POST", "/iam/a", is_signed=True)
    assert routes.match("GET", "/iam/a") == Match("F", "GET", "/iam/a")


def test_without_a_default_route_nothing_takes_the_rest() -> None:
    """A stack without `$default` leaves the gateway to answer 404."""
    assert Routes([("F", "GET", "/a")]).match("GET", "/b") is None
