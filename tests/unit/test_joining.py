"""Coming in by a join link: what is decided at the door, and what is handed out."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.aws_faults import fail
from tests.support.clock import NOW, FakeClock
from tests.support.house import MeddledTable
from tests.support.lobby import (
    END,
    HOUR,
    MEETING,
    ORIGIN,
    SPACE,
    WEB_CLIENT,
    Lobby,
    attendee,
    booked_link,
    meeting,
)
from tests.support.world import DEMO
from tests.unit.forge import tokens_of
from vocespace.admission import LINK_SECONDS
from vocespace.attributes import Item, Key
from vocespace.blocks import Block
from vocespace.errors import (
    NoAgentAvailableError,
    NoEmptyRoomError,
    NotFoundError,
    PersonBlockedError,
    PolicyRefusedError,
    QuotaExceededError,
    SecretsUnavailableError,
    VoceSpaceError,
)
from vocespace.identities import Identity
from vocespace.invitations import LinkState
from vocespace.meetings import Meeting
from vocespace.registry import MEMORY_SECONDS
from vocespace.space_records import Strategy, meeting_holder

UNKNOWN = "A" * 22


@pytest.fixture(name="lobby")
def _lobby(table: MeddledTable, clock: FakeClock) -> Lobby:
    return Lobby(table, clock, tokens_of(clock=clock))


@pytest.mark.parametrize("code", [UNKNOWN, "", "../x", "A" * 23, "A" * 21 + "B", "é" * 22])
def test_an_unknown_code_opens_nothing(lobby: Lobby, code: str) -> None:
    """Whatever it looks like."""
    assert lobby.joining.look(code, None) is None
    with pytest.raises(NotFoundError):
        lobby.enter(code)


def test_what_cannot_be_a_code_is_not_looked_up(lobby: Lobby) -> None:
    """A stranger who tries anything costs no read."""
    calls = fail("BatchGetItem", 500, "InternalServerError")

    assert lobby.joining.look("not a code", None) is None
    assert calls == []


def test_a_click_goes_on_to_the_web_client(lobby: Lobby) -> None:
    """With a token that is good for getting in, and for no longer."""
    _, code = lobby.link(room="stage", meeting="m")

    entered = lobby.enter(code)

    assert entered.location.startswith(f"{WEB_CLIENT}/{SPACE}?")
    assert parse_qs(urlsplit(entered.location).query).keys() == {"auth", "details", "data"}
    assert entered.visitor is None
    [admission] = lobby.provider.connected
    assert (admission.person.id, admission.person.room, admission.meeting) == ("ada", "stage", "m")
    assert (admission.identity, admission.auth, admission.platform) == (Identity.GUEST, "demo", "demo")
    assert (admission.person.iat, admission.person.exp) == (NOW, NOW + LINK_SECONDS)


def test_without_a_web_client_the_link_is_redeemed_here(table: MeddledTable, clock: FakeClock) -> None:
    """By a redirect URL of ours, in which everything stands that the second decision needs."""
    lobby = Lobby(table, clock, tokens_of(clock=clock), vocespace_url="")
    _, code = lobby.link(room="$empty", meeting="m")

    url = urlsplit(lobby.enter(code).location)

    query = parse_qs(url.query)
    assert f"{url.scheme}://{url.netloc}{url.path}" == f"{ORIGIN}/api/connection-details"
    claims = lobby.tokens.verify(query["token"][0]).claims
    assert query["auth"] == ["demo"]
    assert (claims.exp, claims.platform, claims.meeting) == (NOW + LINK_SECONDS, "demo", "m")
    assert claims.wanted_room == "$empty" != claims.room
    assert lobby.provider.connected == []


def test_before_a_vocespace_server_the_link_is_redeemed_there(table: MeddledTable, clock: FakeClock) -> None:
    """It has the LiveKit key, and we have not."""
    lobby = Lobby(table, clock, tokens_of(clock=clock), connection_provider="vocespace")
    _, code = lobby.link()

    assert lobby.enter(code).location.startswith(f"{WEB_CLIENT}/api/connection-details?auth=demo&token=")
    assert lobby.provider.connected == []


@pytest.mark.parametrize(
    ("ends_in", "stacks", "platforms", "lasts"),
    [(HOUR, 86_400, 3600, LINK_SECONDS), (7, 86_400, 3600, 7), (HOUR, 86_400, 60, 60), (HOUR, 90, 3600, 90)],
)
def test_a_token_outlives_nothing(
    table: MeddledTable, clock: FakeClock, ends_in: int, stacks: int, platforms: int, lasts: int
) -> None:
    """Neither the link nor a cap: whoever is put out at the end of a meeting does not come back by it."""
    lobby = Lobby(table, clock, tokens_of(clock=clock), max_ttl_seconds=stacks)
    lobby.change_policy(maxTtlSeconds=platforms)
    now = int(clock.time())
    _, code = lobby.link(expiresAt=now + ends_in)

    lobby.enter(code)

    assert lobby.provider.connected[0].person.exp == now + lasts


def test_a_link_opens_when_it_is_time(lobby: Lobby, clock: FakeClock) -> None:
    """To the second."""
    _, code = lobby.link(notBefore=NOW + HOUR, expiresAt=NOW + 2 * HOUR, earlyJoinMinutes=10)

    assert lobby.closed(code) is LinkState.EARLY
    clock.advance(HOUR - 601)
    assert lobby.closed(code) is LinkState.EARLY
    clock.advance(1)
    assert lobby.enter(code).location
    clock.advance(600 + HOUR - 1)
    assert lobby.enter(code).location
    clock.advance(1)
    assert lobby.closed(code) is LinkState.OVER


def test_a_revoked_link_opens_nothing(lobby: Lobby, clock: FakeClock) -> None:
    """At once, and for those who have come before as well."""
    link, code = lobby.link(maxUses=2)
    visitor = lobby.enter(code).visitor

    lobby.links.revoke(link)

    assert lobby.closed(code, visitor) is LinkState.CANCELLED
    clock.advance(END)
    assert lobby.closed(code) is LinkState.CANCELLED


def block(lobby: Lobby) -> None:
    """Blocks the person."""
    lobby.blocks.add(Block(space=SPACE, id="ada", created_at=NOW))


def no_room(lobby: Lobby) -> None:
    """A pool without rooms."""
    lobby.house.set_up(Strategy.POOL)


def no_agent(lobby: Lobby) -> None:
    """Nobody waits."""
    lobby.house.set_up(Strategy.AGENT)


def no_quota(lobby: Lobby) -> None:
    """One token a day, which is gone."""
    lobby.change_policy(tokensPerDay=1)
    lobby.enter(lobby.link()[1])
    lobby.provider.connected.clear()


def no_key(lobby: Lobby) -> None:
    """There is nothing to sign with."""
    lobby.provider.fault = SecretsUnavailableError("secret_never_read")


def disabled(lobby: Lobby) -> None:
    """The platform is."""
    lobby.put(DEMO.model_copy(update={"disabled": True}))
    lobby.clock.advance(MEMORY_SECONDS + 1)


REFUSALS: list[tuple[Callable[[Lobby], None], type[VoceSpaceError]]] = [
    (block, PersonBlockedError),
    (no_room, NoEmptyRoomError),
    (no_agent, NoAgentAvailableError),
    (no_quota, QuotaExceededError),
    (no_key, SecretsUnavailableError),
    (disabled, PolicyRefusedError),
    (lambda lobby: lobby.change_policy(spaces=["elsewhere"]), PolicyRefusedError),
    (lambda lobby: lobby.change_policy(identities=["owner"]), PolicyRefusedError),
    (lambda lobby: lobby.change_policy(authTypes=["another"]), PolicyRefusedError),
    (lambda lobby: lobby.change_policy(rooms=["stage"]), PolicyRefusedError),
]


@pytest.mark.parametrize(("change", "kind"), REFUSALS)
def test_who_is_refused_uses_nothing_up(
    lobby: Lobby, change: Callable[[Lobby], None], kind: type[VoceSpaceError]
) -> None:
    """Everything is decided again at the click, and nobody is counted who is not let in."""
    link, code = lobby.link(maxUses=1, room="$empty")
    change(lobby)

    with pytest.raises(kind):
        lobby.enter(code)

    assert lobby.uses(link) == 0
    assert lobby.told() == []


def test_looking_changes_nothing_in_two_calls(
    lobby: Lobby, table: MeddledTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often, and whatever the browser says it is."""
    link, code = lobby.link(maxUses=1)
    visitor = lobby.enter(code).visitor
    booked = booked_link()
    booked_code = lobby.links.create(booked)
    lobby.book(meeting(), attendee(booked))
    reads: list[int] = []
    read_items = table.read

    def counted(keys: list[Key]) -> list[Item | None]:
        reads.append(len(keys))
        return read_items(keys)

    monkeypatch.setattr(table, "read", counted)
    for write in ("write_together", "update", "delete"):
        monkeypatch.setattr(table, write, lambda *_: pytest.fail("something was written"))

    looks = [lobby.joining.look(*each) for each in ((code, None), (code, visitor), (booked_code, visitor))]

    assert [each and each.state for each in looks] == [LinkState.USED_UP, LinkState.OPEN, LinkState.EARLY]
    assert reads == [1, 2, 2, 2]
    assert lobby.uses(link) == 1


def test_a_moved_meeting_takes_its_links_along(lobby: Lobby, clock: FakeClock) -> None:
    """The same link, at the new time and in the new space, and not at the former one."""
    link = booked_link()
    code = lobby.links.create(link)
    lobby.book(meeting(), attendee(link))
    clock.advance(HOUR)
    lobby.enter(code)

    later = NOW + 5 * HOUR
    moved = {"startsAt": later, "endsAt": later + HOUR, "movedFrom": NOW + HOUR, "space": "elsewhere"}
    lobby.book(meeting(**moved), attendee(link))
    assert lobby.closed(code) is LinkState.EARLY
    looked = lobby.joining.look(code, None)
    assert looked is not None
    assert looked.invitation.moved_from == NOW + HOUR

    clock.advance(4 * HOUR - 600)
    assert lobby.enter(code).location.startswith(f"{WEB_CLIENT}/elsewhere?")


def test_a_cancelled_meeting_takes_its_links_along(lobby: Lobby) -> None:
    """And so does somebody's own invitation."""
    link = booked_link()
    code = lobby.links.create(link)
    lobby.book(meeting(status="cancelled"), attendee(link))
    assert lobby.closed(code) is LinkState.CANCELLED

    lobby.book(meeting(), attendee(link, standing="cancelled"))
    assert lobby.closed(code) is LinkState.CANCELLED


def test_a_link_whose_meeting_is_gone_is_unknown(lobby: Lobby) -> None:
    """As long as nobody is told when it was."""
    code = lobby.links.create(booked_link())

    assert lobby.joining.look(code, None) is None
    with pytest.raises(NotFoundError):
        lobby.enter(code)


def people(lobby: Lobby, booked: Meeting) -> tuple[str, str]:
    """Books a meeting of two: the codes of its owner and of a guest."""
    links = [booked_link(key * 32) for key in "ab"]
    lobby.book(booked, attendee(links[0], identity=Identity.OWNER), attendee(links[1], identity=Identity.GUEST))
    codes = [lobby.links.create(link) for link in links]
    return codes[0], codes[1]


def test_everybody_of_a_meeting_is_in_one_room_until_it_closes(lobby: Lobby, clock: FakeClock) -> None:
    """Also when all have gone meanwhile, and when it was moved while they were there."""
    lobby.house.set_up(Strategy.POOL, ["a", "b"])
    booked = meeting()
    codes = people(lobby, booked)
    clock.advance(HOUR)

    for code in codes:
        lobby.enter(code)

    assert {each.person.room for each in lobby.provider.connected} == {"a"}
    assert {each.meeting for each in lobby.provider.connected} == {MEETING}
    lease, _ = lobby.house.leases.held(SPACE, meeting_holder("demo", MEETING))
    assert lease is not None
    assert lobby.house.room(lease.room).held_until == booked.closes_at
    lobby.book(meeting(endsAt=NOW + 4 * HOUR))
    lobby.enter(codes[0])
    assert lobby.house.room(lease.room).held_until == NOW + 4 * HOUR + 30 * 60


def test_a_platforms_own_meeting_holds_its_room_as_long_as_it_is_used(lobby: Lobby) -> None:
    """A link may be good for months, and the room of a pool is not nobody's for that long."""
    lobby.house.set_up(Strategy.POOL, ["a"])
    for person in ("ada", "bob"):
        lobby.enter(lobby.link(meeting="m", room="$empty", username=person)[1])

    assert {each.person.room for each in lobby.provider.connected} == {"a"}
    assert lobby.house.room("a").held_until is None


def test_a_guest_who_comes_first_owns_nothing(lobby: Lobby, clock: FakeClock) -> None:
    """Before the owner of the meeting, in a space that nobody has entered yet; nor later, nor by another way."""
    owner, guest = people(lobby, meeting())
    clock.advance(HOUR)

    for code in (guest, owner, guest):
        lobby.enter(code)

    assert [each.made_space for each in lobby.provider.connected] == [False] * 3
    assert [each.identity for each in lobby.provider.connected] == [Identity.GUEST, Identity.OWNER, Identity.GUEST]
    assert lobby.house.settle(lobby.told()[0], None, identity=Identity.GUEST).made_space is False


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(visitor=st.none() | st.text(max_size=40) | st.from_regex(r"[A-Za-z0-9_-]{22}", fullmatch=True))
def test_nothing_that_a_browser_says_raises_anybody(lobby: Lobby, visitor: str | None) -> None:
    """Whom a link is for, and as what, stands in the table alone."""
    lobby.provider.connected.clear()

    lobby.enter(lobby.link()[1], visitor)

    [admission] = lobby.provider.connected
    assert (admission.person.id, admission.identity, admission.made_space) == ("ada", Identity.GUEST, False)


def test_the_auth_type_of_a_booking_may_be_left_to_the_policy(lobby: Lobby, clock: FakeClock) -> None:
    """The first that admits the identity; where none does any more, nobody comes."""
    link = booked_link()
    code = lobby.links.create(link)
    lobby.book(meeting(), attendee(link, identity=Identity.CUSTOMER))
    clock.advance(HOUR)
    with pytest.raises(NoAgentAvailableError):
        lobby.enter(code)

    lobby.change_policy(authTypes=["demo"])
    with pytest.raises(PolicyRefusedError):
        lobby.enter(code)


def test_the_record_says_by_what_and_never_the_link(lobby: Lobby, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither code nor address is written down."""
    _, code = lobby.link(maxUses=1, username="c4n4ry")

    visitor = lobby.enter(code).visitor

    told = capsys.readouterr().out
    assert '"caller":"link"' in told
    assert '"platform":"demo"' in told
    assert code not in told
    assert str(visitor) not in told
