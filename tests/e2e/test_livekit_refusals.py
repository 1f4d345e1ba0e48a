"""What a real LiveKit server refuses to the bearers of our participant tokens, and what a policy takes away there."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jwt
import pytest
from livekit import rtc

from tests.support.livekit_command import vocespace
from tests.support.livekit_doors import (
    DOORS,
    IDENTITIES,
    Door,
    Visitor,
    by_connection_details,
    by_livekit_token,
    visitor,
)
from tests.support.livekit_people import Person, RefusedError, Ticket, joined
from tests.support.livekit_room_service import ask, room_names, signed, who_is_in

if TYPE_CHECKING:
    from tests.e2e.conftest import StartService
    from tests.support.livekit_server import LiveKitServer

ROOM_ADMINS = {"owner", "manager", "assistant"}
REFUSED = 401
LEEWAY = 60
NARROW = {
    "policy": {
        "authTypes": ["narrow"],
        "identities": ["manager", "participant", "guest"],
        "spaces": ["narrow-*"],
        "grants": {
            "guest": {"canPublish": False, "canPublishData": False},
            "participant": {"canPublishSources": ["microphone"]},
            "manager": {"roomAdmin": False},
        },
    }
}


@pytest.fixture(name="folder", scope="module")
def _folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("livekit")


@pytest.fixture(name="service", scope="module")
def _service(folder: Path, livekit: LiveKitServer, start_service: StartService) -> Iterator[Mapping[str, str]]:
    with start_service(folder, **livekit.variables) as values:
        yield values


@pytest.fixture(name="narrow", scope="module")
def _narrow(service: Mapping[str, str], folder: Path) -> Mapping[str, str]:
    """The service, as a platform with a narrow policy calls it."""
    file = folder / "narrow.json"
    file.write_text(json.dumps(NARROW))
    added = vocespace(folder, "platforms", "add", "narrow", "--file", str(file))
    return {**service, "API_KEY": added["apiKey"]}


def _managing(room: str, who: str, track: str) -> dict[str, dict[str, Any]]:
    """What a room's admin can do, the removal last."""
    there = {"room": room, "identity": who}
    return {
        "ListParticipants": {"room": room},
        "UpdateRoomMetadata": {"room": room, "metadata": "tidy"},
        "UpdateParticipant": there | {"name": "Renamed"},
        "MutePublishedTrack": there | {"track_sid": track, "muted": True},
        "RemoveParticipant": there,
    }


def _ask_all(livekit: LiveKitServer, ticket: Ticket, calls: Mapping[str, Mapping[str, Any]]) -> set[int]:
    return {ask(livekit, ticket.participant_token, name, **call).status_code for name, call in calls.items()}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("identity", IDENTITIES)
def test_three_identities_manage_their_room(
    service: Mapping[str, str], livekit: LiveKitServer, identity: str, door: Door
) -> None:
    """Owner, manager and assistant rename, mute and remove others, in this room alone; all others nobody anywhere."""
    host = visitor(identity, f"managed-{identity}", "host")
    # Somebody of the same id is in another room, and stays there.
    guest, elsewhere = visitor("guest", host.space), visitor("guest", f"neighbours-{identity}")
    for each in (guest, elsewhere):
        # A guest who is the first makes the space, and manages its rooms.
        by_connection_details(service, visitor("participant", each.space, "first"))
    ticket, inside, outside = door(service, host), *(by_connection_details(service, who) for who in (guest, elsewhere))

    async def manage() -> None:
        async with joined(inside) as person, joined(outside) as neighbour, joined(ticket) as other:
            there = _managing(outside.room_name, elsewhere.id, await neighbour.speaks())
            assert await asyncio.to_thread(_ask_all, livekit, ticket, there) == {REFUSED}
            here = _managing(inside.room_name, guest.id, await person.speaks())
            await other.listens_to(guest.id)
            statuses = await asyncio.to_thread(_ask_all, livekit, ticket, here)
            if identity in ROOM_ADMINS:
                assert statuses == {200}
                assert await person.ends() == rtc.DisconnectReason.PARTICIPANT_REMOVED
                assert (person.room.metadata, person.room.local_participant.name) == ("tidy", "Renamed")
            else:
                assert statuses == {REFUSED}
                await other.listens_to(guest.id)
                assert (person.ending, person.room.metadata, person.room.local_participant.name) == (None, "", "Ada")
            assert (neighbour.ending, neighbour.room.metadata) == (None, "")

    asyncio.run(manage())


@pytest.mark.parametrize("identity", IDENTITIES)
def test_nobody_sees_or_makes_rooms(service: Mapping[str, str], livekit: LiveKitServer, identity: str) -> None:
    """Not even their own: the server's rooms are the deployment's."""
    ticket = by_livekit_token(service, visitor(identity, "closed-hall"))
    calls = {
        "ListRooms": {},
        "CreateRoom": {"name": "hall-of-mine"},
        "DeleteRoom": {"room": ticket.room_name},
        "MoveParticipant": {"room": ticket.room_name, "identity": "x", "destination_room": "hall-of-mine"},
    }

    assert _ask_all(livekit, ticket, calls) == {REFUSED}
    assert "hall-of-mine" not in room_names(livekit)


@pytest.mark.parametrize("door", DOORS)
def test_a_token_opens_one_room_for_a_while(service: Mapping[str, str], livekit: LiveKitServer, door: Door) -> None:
    """Neither another room, nor as somebody else, nor too late, nor too early, nor with another server's key."""
    ticket = door(service, visitor("owner", "true-hall"))
    claims = jwt.decode(ticket.participant_token, options={"verify_signature": False})
    head, _, mac = ticket.participant_token.split(".")

    def forged(**changes: object) -> str:
        body = jwt.encode(claims | changes, livekit.api_secret, "HS256").split(".")[1]
        return f"{head}.{body}.{mac}"

    def moved(seconds: int) -> str:
        return signed(livekit, claims | {"nbf": claims["nbf"] + seconds, "exp": claims["exp"] + seconds})

    life = claims["exp"] - claims["nbf"]
    assert life <= 600
    unusable = [
        forged(video=claims["video"] | {"room": "other-hall"}),
        forged(sub="somebody_else"),
        moved(-life - LEEWAY - 1),
        moved(LEEWAY + 60),
        jwt.encode(claims, livekit.api_secret[::-1], "HS256"),
        jwt.encode(claims, "", "none"),
    ]

    async def try_all() -> None:
        async with joined(replace(ticket, participant_token=moved(0))) as person:
            assert person.room.name == "true-hall"
        for token in unusable:
            with pytest.raises(RefusedError):
                async with joined(replace(ticket, participant_token=token)):
                    pass

    asyncio.run(try_all())
    assert "other-hall" not in room_names(livekit)


@pytest.mark.parametrize("door", DOORS)
def test_a_policy_takes_away(narrow: Mapping[str, str], livekit: LiveKitServer, door: Door) -> None:
    """A viewer sends nothing and sees all; who has but a microphone has no camera; a manager manages nobody."""
    [viewer, speaker, host] = [
        Visitor(id=f"narrow_{name}", space="narrow-hall", identity=name, auth="narrow")
        for name in ("guest", "participant", "manager")
    ]
    tickets = {who.id: door(narrow, who) for who in (viewer, speaker, host)}

    async def meet() -> None:
        async with (
            joined(tickets[viewer.id]) as watches,
            joined(tickets[speaker.id]) as speaks,
            joined(tickets[host.id]) as shows,
        ):
            await speaks.speaks()
            track = await shows.shows()
            await asyncio.gather(watches.listens_to(speaker.id), watches.watches(host.id), speaks.watches(host.id))
            await watches.says(b"psst")
            await asyncio.gather(
                _is_refused(watches, "speaks"), _is_refused(watches, "shows"), _is_refused(speaks, "shows")
            )
            # By now, seconds later, the viewer's message would long have come.
            await speaks.says(b"hello")
            await asyncio.gather(watches.hears(b"hello", speaker.id), shows.hears(b"hello", speaker.id))
            assert (speaks.heard, shows.heard) == ([], [(speaker.id, b"hello")])

            calls = _managing("narrow-hall", viewer.id, track)
            assert await asyncio.to_thread(_ask_all, livekit, tickets[host.id], calls) == {REFUSED}
            assert await asyncio.to_thread(who_is_in, livekit, "narrow-hall") == sorted(tickets)

    asyncio.run(meet())


async def _is_refused(person: Person, deed: str) -> None:
    with pytest.raises(RefusedError):
        await getattr(person, deed)()
