"""Participant tokens of `make run` at a real LiveKit server: what each identity can do there, and what it cannot."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest
from livekit import rtc

from tests.support.livekit_doors import (
    DOORS,
    IDENTITIES,
    UNDER,
    Door,
    NoTicketError,
    Visitor,
    by_connection_details,
    by_redirect_url,
    call,
    visitor,
)
from tests.support.livekit_people import Person, all_joined, joined
from tests.support.livekit_room_service import room_names, who_is_in

if TYPE_CHECKING:
    from tests.e2e.conftest import StartService
    from tests.support.livekit_server import LiveKitServer

MAPPINGS = ("space", "room")


@pytest.fixture(name="service", scope="module", params=MAPPINGS)
def _service(
    request: pytest.FixtureRequest,
    livekit: LiveKitServer,
    tmp_path_factory: pytest.TempPathFactory,
    start_service: StartService,
) -> Iterator[Mapping[str, str]]:
    folder = tmp_path_factory.mktemp("livekit")
    with start_service(folder, RoomMapping=request.param, **livekit.variables) as values:
        yield values


@pytest.mark.parametrize("identity", IDENTITIES)
@pytest.mark.parametrize("door", DOORS)
def test_everybody_takes_part(service: Mapping[str, str], door: Door, identity: str) -> None:
    """Each is seen as who they are, is seen, heard and read by another one, and sees, hears and reads that one."""
    space = f"hall-{identity}"
    guest, host = visitor(identity, space), visitor("owner", space, "host")

    async def meet() -> None:
        async with joined(door(service, guest)) as one, joined(by_connection_details(service, host)) as other:
            await asyncio.gather(_is_seen(one, host.id, "owner"), _is_seen(other, guest.id, identity))
            # Only now: a message finds those alone whose connection stands.
            await asyncio.gather(_talks(one, host.id), _talks(other, guest.id))

    asyncio.run(meet())


async def _is_seen(person: Person, other: str, identity: str) -> None:
    shown = await person.sees(other)
    assert shown.name == "Ada"
    assert shown.attributes == {"identity": identity, "auth": UNDER[identity], "room": "lounge"}
    await person.speaks()
    await person.shows()
    await asyncio.gather(person.listens_to(other), person.watches(other))


async def _talks(person: Person, other: str) -> None:
    await person.says(b"hello")
    await person.hears(b"hello", other)


@pytest.mark.parametrize("door", DOORS)
def test_nobody_reads_a_token_of_anybody(service: Mapping[str, str], door: Door) -> None:
    """Neither in metadata, nor in attributes, nor in a name: whatever any of six people can read of all."""
    visitors = {identity: visitor(identity, "open-hall") for identity in IDENTITIES}
    links = [
        call(service, "POST", "/api/redirect-url", params={"auth": each.auth}, json=_person(each)).json()["token"]
        for each in visitors.values()
    ]

    async def read() -> list[str]:
        tickets = {identity: door(service, each) for identity, each in visitors.items()}
        async with all_joined(tickets) as people:
            for person in people.values():
                for each in visitors.values():
                    await person.knows(each.id)
            return [text for person in people.values() for text in person.reads()]

    texts = asyncio.run(read())

    assert {each.id for each in visitors.values()} <= set(texts)
    assert not [
        text for text in texts if "eyJ" in text or any(part in text for link in links for part in link.split("."))
    ]


def _person(who: Visitor) -> dict[str, str]:
    return {"id": who.id, "username": who.name, "space": who.space, "identity": who.identity}


def test_all_doors_lead_to_one_place(service: Mapping[str, str], livekit: LiveKitServer) -> None:
    """The same person is one participant in one room: whoever comes in again replaces who was there."""
    who = visitor("manager", "round-hall")

    async def come_again() -> None:
        tickets = [door(service, who) for door in DOORS]
        [name] = {ticket.room_name for ticket in tickets}
        async with AsyncExitStack() as stack:
            former = await stack.enter_async_context(joined(tickets[0]))
            for ticket in tickets[1:]:
                person = await stack.enter_async_context(joined(ticket))
                assert await former.ends() == rtc.DisconnectReason.DUPLICATE_IDENTITY
                assert person.room.name == name
                assert await asyncio.to_thread(who_is_in, livekit, name) == [who.id]
                former = person

    asyncio.run(come_again())


def test_a_blocked_person_is_put_out(service: Mapping[str, str], livekit: LiveKitServer) -> None:
    """Out of the room at once, while all others stay; and no door gives them another ticket, nor does their link."""
    rude, kind = visitor("participant", "calm-hall", "rude"), visitor("guest", "calm-hall", "kind")
    elsewhere = Visitor(id=rude.id, space="other-hall", room="lounge")

    async def block() -> None:
        tickets = {who.id: by_redirect_url(service, who) for who in (rude, kind)}
        async with all_joined(tickets | {"elsewhere": by_redirect_url(service, elsewhere)}) as people:
            await people[kind.id].sees(rude.id)
            body = {"space": "calm-hall", "id": rude.id, "kick": True}
            answer = await asyncio.to_thread(lambda: call(service, "POST", "/api/blocks", json=body))
            assert (answer.status_code, answer.json()["kick"]) == (201, "removed")

            assert await people[rude.id].ends() == rtc.DisconnectReason.PARTICIPANT_REMOVED
            await people[kind.id].until(lambda: not people[kind.id].room.remote_participants)
            assert (people[kind.id].ending, people["elsewhere"].ending) == (None, None)
            assert await asyncio.to_thread(who_is_in, livekit, tickets[kind.id].room_name) == [kind.id]

    asyncio.run(block())

    for door in DOORS:
        with pytest.raises(NoTicketError, match="403 person_blocked"):
            door(service, rude)
        assert door(service, kind).room_name in room_names(livekit)
