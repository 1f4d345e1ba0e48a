"""Who has come by a join link: different people are counted, each once and as somebody of their own, and no more."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.clock import NOW, FakeClock
from tests.support.house import TABLE, MeddledTable
from tests.support.lobby import SPACE, Lobby
from tests.unit.forge import tokens_of
from vocespace.errors import QuotaExceededError, StoreUnavailableError
from vocespace.invitations import LinkState
from vocespace.join_links import code_digest, link_key
from vocespace.joining import LinkNotOpenError, person_id
from vocespace.names import MAX_NAME, MAX_NAME_BYTES, person_name
from vocespace.table import CONFLICT


@pytest.fixture(name="lobby")
def _lobby(table: MeddledTable, clock: FakeClock) -> Lobby:
    return Lobby(table, clock, tokens_of(clock=clock))


def test_one_persons_link_is_that_persons_however_often(lobby: Lobby) -> None:
    """From whichever browser; nothing is counted, and nothing has to be remembered."""
    link, code = lobby.link()

    entered = [lobby.enter(code, visitor) for visitor in (None, "v" * 22, "nonsense", None)]

    assert {each.visitor for each in entered} == {None}
    assert lobby.told() == ["ada"] * 4
    assert lobby.uses(link) == 0


def test_different_people_are_counted(lobby: Lobby) -> None:
    """Each has an id of their own, and coming back is free, also when no more may come."""
    link, code = lobby.link(maxUses=2)

    first, second = (lobby.enter(code).visitor for _ in range(2))
    assert lobby.closed(code) is LinkState.USED_UP
    again = [lobby.enter(code, visitor).visitor for visitor in (first, second)]

    assert again == [first, second]
    assert lobby.told() == ["ada", "ada_2", "ada", "ada_2"]
    assert lobby.uses(link) == 2


@pytest.mark.parametrize("forged", ["", "x", "v" * 23, "v" * 21 + "=", "é" * 22, "v" * 5000])
def test_a_visitor_id_that_is_none_of_ours_is_replaced(lobby: Lobby, forged: str) -> None:
    """Whoever sends nonsense is somebody new."""
    _, code = lobby.link(maxUses=3)

    visitor = lobby.enter(code, forged).visitor

    assert visitor is not None
    assert len(visitor) == 22
    assert visitor != forged


def test_one_browser_may_use_two_links(lobby: Lobby) -> None:
    """It is counted by each."""
    codes = [lobby.link(maxUses=1)[1] for _ in range(2)]

    visitor = lobby.enter(codes[0]).visitor

    assert lobby.enter(codes[1], visitor).visitor == visitor
    assert lobby.enter(codes[0], visitor).visitor == visitor


def test_visitors_are_not_kept(lobby: Lobby, table: MeddledTable) -> None:
    """Neither a visitor's id nor the code can be read from the table."""
    _, code = lobby.link(maxUses=1)
    visitor = lobby.enter(code).visitor
    digest = code_digest(code)
    assert digest is not None

    kept = str(list(table.query(link_key(digest)["pk"])))

    assert "USE#" in kept
    assert str(visitor) not in kept
    assert code not in kept


def test_two_at_once_are_two(lobby: Lobby, table: MeddledTable) -> None:
    """Whoever is second has the second place, and pays for one token only."""
    lobby.change_policy(tokensPerDay=2)
    link, code = lobby.link(maxUses=5, room="$space")
    other = Lobby(MeddledTable(TABLE), lobby.clock, lobby.tokens)
    lobby.house.spaces.entered(SPACE, person=None, platform="demo")
    table.meanwhile = [lambda: other.links.use(other.found(code), "w" * 22, 1)]

    lobby.enter(code)

    assert lobby.told() == ["ada", "ada_2"]
    assert lobby.uses(link) == 2
    lobby.enter(code)
    with pytest.raises(QuotaExceededError):
        lobby.enter(code)


def test_the_last_place_is_given_once(lobby: Lobby, table: MeddledTable) -> None:
    """And whoever was a moment too late gets no token, although one was signed already."""
    link, code = lobby.link(maxUses=1)
    lobby.house.spaces.entered(SPACE, person=None, platform="demo")
    other = Lobby(MeddledTable(TABLE), lobby.clock, lobby.tokens)
    table.meanwhile = [lambda: other.enter(code)]

    assert lobby.closed(code) is LinkState.USED_UP
    assert lobby.uses(link) == 1


def test_one_browser_that_clicks_twice_at_once_is_one(lobby: Lobby, table: MeddledTable) -> None:
    """Both its tabs get in."""
    link, code = lobby.link(maxUses=1)
    lobby.house.spaces.entered(SPACE, person=None, platform="demo")
    other = Lobby(MeddledTable(TABLE), lobby.clock, lobby.tokens)
    table.meanwhile = [lambda: other.enter(code, "v" * 22)]

    assert lobby.enter(code, "v" * 22).visitor == "v" * 22
    assert other.told() == ["ada"]
    assert lobby.uses(link) == 1


def test_a_link_that_is_revoked_meanwhile_opens_nothing(lobby: Lobby, table: MeddledTable) -> None:
    """Between the decision and the count."""
    link, code = lobby.link(maxUses=1)
    lobby.house.spaces.entered(SPACE, person=None, platform="demo")
    table.meanwhile = [lambda: lobby.links.revoke(link)]

    assert lobby.closed(code) is LinkState.CANCELLED
    assert lobby.uses(link) == 0


def test_who_was_counted_is_let_in_although_the_answer_was_lost(
    lobby: Lobby, table: MeddledTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The table is asked whether it was written."""
    link, code = lobby.link(maxUses=1)
    lobby.house.spaces.entered(SPACE, person=None, platform="demo")
    write = table.write_together

    def lost(*writes: object) -> None:
        write(*writes)
        raise StoreUnavailableError("ReadTimeoutError")

    monkeypatch.setattr(table, "write_together", lost)

    assert lobby.enter(code).visitor is not None
    assert lobby.uses(link) == 1


@pytest.mark.parametrize("reason", ["ReadTimeoutError", CONFLICT])
def test_who_cannot_be_counted_is_not_let_in(
    lobby: Lobby, table: MeddledTable, monkeypatch: pytest.MonkeyPatch, reason: str
) -> None:
    """And uses nothing up; however long others keep writing, there is an end."""
    link, code = lobby.link(maxUses=1)
    lobby.house.spaces.entered(SPACE, person=None, platform="demo")

    def away(*_: object) -> None:
        raise StoreUnavailableError(reason)

    monkeypatch.setattr(table, "write_together", away)

    with pytest.raises(StoreUnavailableError) as refused:
        lobby.enter(code)
    assert refused.value.reason == reason
    assert lobby.uses(link) == 0
    assert lobby.clock.time() < NOW + 10


clicks = st.lists(st.integers(0, 5), max_size=24)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(limit=st.integers(1, 4), clicked=clicks, between=clicks)
def test_no_more_people_come_than_may(
    lobby: Lobby, table: MeddledTable, limit: int, clicked: list[int], between: list[int]
) -> None:
    """In whichever order they click, and whoever gets in between: each has one place of their own, and keeps it."""
    link, code = lobby.link(maxUses=limit)
    lobby.house.spaces.entered(SPACE, person=None, platform="demo")
    other = Lobby(MeddledTable(TABLE), lobby.clock, lobby.tokens)
    places: dict[int, set[str]] = {}

    def click(whose: Lobby, who: int) -> None:
        whose.provider.connected.clear()
        visitor = f"visitor-{who}".ljust(22, "-")
        with suppress(LinkNotOpenError):
            whose.enter(code, visitor)
            places.setdefault(who, set()).add(whose.told()[-1])
            return
        assert who not in places
        assert whose.found(code).link.uses == limit

    table.meanwhile = [lambda who=who: click(other, who) for who in between]  # type: ignore[misc]
    for who in clicked:
        click(lobby, who)

    assert all(len(ids) == 1 for ids in places.values())
    ids = [next(iter(each)) for each in places.values()]
    assert sorted(ids) == sorted(person_id("ada", place) for place in range(1, len(ids) + 1))
    assert lobby.uses(link) == len(ids) <= limit
    table.meanwhile = []


@given(st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=MAX_NAME))
def test_ids_of_several_people_are_ids(wanted: str) -> None:
    """All different, within LiveKit's limits, and the first is what was asked for."""
    if not wanted.strip() or len(wanted.encode()) > MAX_NAME_BYTES:
        return
    ids = [person_id(wanted, place) for place in (1, 2, 3, 1000)]

    assert ids[0] == wanted
    assert len(set(ids)) == 4
    assert all(person_name(each) == each for each in ids)
