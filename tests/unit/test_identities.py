"""Identities: the table of design section 4, cell by cell, and which auth type admits whom."""

from __future__ import annotations

import pytest

from vocespace.identities import Identity, Permission, identities_under, permissions_of

TABLE = """
                  owner manager assistant participant guest customer
viewRoom          x     x       x         x           x     -
createRoom        x     x       x         x           -     -
manageRoom        x     x       x         -           -     -
controlUser       x     x       x         -           -     -
recording         x     x       x         -           -     -
manageFile        x     x       x         -           -     -
managePlayer      x     x       x         -           -     -
manageRole        x     -       -         -           -     -
showSideChannel   x     x       x         x           -     -
showAI            x     x       -         x           -     -
"""

HEADER, *ROWS = [line.split() for line in TABLE.strip().splitlines()]
CELLS = [
    (identity, permission, cell == "x")
    for permission, *cells in ROWS
    for identity, cell in zip(HEADER, cells, strict=True)
]


def test_the_table_is_whole() -> None:
    """Six identities, ten permissions, and no others in the code."""
    assert len(CELLS) == 60
    assert set(HEADER) == {identity.value for identity in Identity}
    assert [row[0] for row in ROWS] == [permission.value for permission in Permission]


@pytest.mark.parametrize(("identity", "permission", "granted"), CELLS)
def test_an_identity_may_what_the_table_says(identity: str, permission: str, granted: bool) -> None:
    """Every cell of the documentation."""
    assert permissions_of(Identity(identity))[permission] is granted


@pytest.mark.parametrize("identity", Identity)
def test_every_permission_is_told_of(identity: Identity) -> None:
    """A front end finds all ten, also those that are not granted."""
    assert list(permissions_of(identity)) == [row[0] for row in ROWS]


@pytest.mark.parametrize(
    ("auth", "admitted"),
    [
        ("c_s", {"assistant", "customer", "guest"}),
        ("demo", {"owner", "manager", "participant", "guest"}),
        ("guest", {"owner", "manager", "participant", "guest"}),
        ("C_S", {"owner", "manager", "participant", "guest"}),
        ("c_s2", {"owner", "manager", "participant", "guest"}),
    ],
)
def test_an_auth_type_admits_its_identities(auth: str, admitted: set[str]) -> None:
    """`c_s`, to the letter, has identities of its own; every other auth type has the rest."""
    assert {identity.value for identity in identities_under(auth)} == admitted
