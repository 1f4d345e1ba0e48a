"""People in a room of a real LiveKit server, each with the real-time SDK: they speak, show themselves and look."""

from __future__ import annotations

import asyncio
import logging
import math
from array import array
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from livekit import rtc

PATIENCE = 20.0
"""Seconds that anything may take on a busy machine; most take less than one on an idle one."""

RATE, FRAME = 48_000, 480
WIDTH, HEIGHT = 64, 48
_TONE = array("h", (round(8000 * math.sin(2 * math.pi * 400 * n / RATE)) for n in range(FRAME))).tobytes()
_PICTURE = bytes([200, 200, 200, 255]) * (WIDTH * HEIGHT)

# The SDK writes tokens that are refused into its log, and the whole suite's output is searched for tokens.
logging.getLogger("livekit").setLevel(logging.CRITICAL + 1)


class RefusedError(Exception):
    """LiveKit let somebody not in, or took no track; never with what the SDK says, which has the token in it."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a door gives: where to, and with what."""

    server_url: str
    participant_token: str
    room_name: str


@dataclass(slots=True)
class Person:
    """Somebody in a room.

    Attributes:
        room: What the SDK shows them.
        heard: The messages that have come, by whom.
        ending: Why they are not in any more, a `DisconnectReason`; None while they are.
    """

    room: rtc.Room
    heard: list[tuple[str, bytes]] = field(default_factory=list)
    ending: int | None = None
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def speaks(self) -> str:
        """Publishes a microphone that gives a tone; the result is the track's id.

        Raises:
            RefusedError: LiveKit does not take it.
        """
        source = rtc.AudioSource(RATE, 1)
        sid = await self._publish(
            rtc.LocalAudioTrack.create_audio_track("microphone", source), rtc.TrackSource.SOURCE_MICROPHONE
        )
        frame = rtc.AudioFrame(_TONE, RATE, 1, FRAME)
        self._tasks.append(asyncio.create_task(_again(lambda: source.capture_frame(frame))))
        return sid

    async def shows(self) -> str:
        """Publishes a camera that gives a light picture; the result is the track's id.

        Raises:
            RefusedError: LiveKit does not take it.
        """
        source = rtc.VideoSource(WIDTH, HEIGHT)
        sid = await self._publish(
            rtc.LocalVideoTrack.create_video_track("camera", source), rtc.TrackSource.SOURCE_CAMERA
        )
        frame = rtc.VideoFrame(WIDTH, HEIGHT, rtc.VideoBufferType.RGBA, _PICTURE)

        async def capture() -> None:
            source.capture_frame(frame)
            await asyncio.sleep(0.05)

        self._tasks.append(asyncio.create_task(_again(capture)))
        return sid

    async def says(self, text: bytes) -> None:
        """Sends a message to all."""
        await self.room.local_participant.publish_data(text)

    async def hears(self, text: bytes, who: str) -> None:
        """Waits for a message."""
        await self.until(lambda: (who, text) in self.heard)

    async def listens_to(self, who: str) -> None:
        """Waits until the tone of somebody comes out at this end."""
        track = await self._track(who, rtc.TrackKind.KIND_AUDIO)
        stream = rtc.AudioStream(track)
        async with asyncio.timeout(PATIENCE):
            async for event in stream:
                if max(event.frame.data) > 1000:
                    break
        await stream.aclose()

    async def watches(self, who: str) -> None:
        """Waits until the picture of somebody comes out at this end."""
        track = await self._track(who, rtc.TrackKind.KIND_VIDEO)
        stream = rtc.VideoStream(track, format=rtc.VideoBufferType.RGBA)
        async with asyncio.timeout(PATIENCE):
            async for event in stream:
                if event.frame.data[0] > 150:
                    break
        await stream.aclose()

    async def sees(self, who: str) -> rtc.RemoteParticipant:
        """Waits for somebody to be there, and gives all that is shown of them."""
        await self.until(lambda: who in self.room.remote_participants)
        return self.room.remote_participants[who]

    async def knows(self, who: str) -> None:
        """Waits until somebody, who may be themselves, is in the room as far as they know."""
        await self.until(lambda: who in {self.room.local_participant.identity, *self.room.remote_participants})

    async def ends(self) -> int | None:
        """Waits until they are not in any more, and gives the reason."""
        await self.until(lambda: self.ending is not None)
        return self.ending

    def reads(self) -> list[str]:
        """Every text that they can read of anybody, themselves too, and of the room."""
        everybody = [self.room.local_participant, *self.room.remote_participants.values()]
        texts = [self.room.name, self.room.metadata]
        for each in everybody:
            texts += [each.identity, each.name, each.metadata, *each.attributes, *each.attributes.values()]
            texts += [publication.name for publication in each.track_publications.values()]
        return texts

    async def until(self, holds: Callable[[], object]) -> None:
        """Waits until something holds."""
        async with asyncio.timeout(PATIENCE):
            # Whatever it is about, the SDK has no one event for all of it.
            while not holds():  # noqa: ASYNC110
                await asyncio.sleep(0.02)

    async def leave(self) -> None:
        """Ends it all."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.room.disconnect()

    async def _publish(self, track: rtc.LocalTrack, source: rtc.TrackSource.ValueType) -> str:
        try:
            published = await self.room.local_participant.publish_track(track, rtc.TrackPublishOptions(source=source))
        except rtc.participant.PublishTrackError:
            raise RefusedError("track") from None
        return published.sid

    async def _track(self, who: str, kind: rtc.TrackKind.ValueType) -> rtc.Track:
        person = await self.sees(who)

        def found() -> list[rtc.Track]:
            tracks = [each.track for each in person.track_publications.values() if each.kind == kind]
            return [track for track in tracks if track is not None]

        await self.until(found)
        return found()[0]


async def _again(act: Callable[[], Any]) -> None:
    while True:
        await act()


@asynccontextmanager
async def joined(ticket: Ticket) -> AsyncIterator[Person]:
    """Somebody who is in.

    Raises:
        RefusedError: LiveKit does not let them in.
    """
    person = Person(rtc.Room())
    person.room.on("data_received", lambda packet: _note(person, packet))
    person.room.on("disconnected", lambda reason: setattr(person, "ending", reason))
    try:
        await person.room.connect(ticket.server_url, ticket.participant_token)
    except rtc.ConnectError:
        raise RefusedError("person") from None
    try:
        yield person
    finally:
        await person.leave()


@asynccontextmanager
async def all_joined(tickets: Mapping[str, Ticket]) -> AsyncIterator[dict[str, Person]]:
    """Several, by name, one after the other."""
    async with AsyncExitStack() as stack:
        yield {name: await stack.enter_async_context(joined(ticket)) for name, ticket in tickets.items()}


def _note(person: Person, packet: rtc.DataPacket) -> None:
    person.heard.append(("" if packet.participant is None else packet.participant.identity, packet.data))
