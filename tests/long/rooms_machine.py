"""Random histories of a space: people who ask, come and go, and a LiveKit whose word comes twice, late or never."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from typing import ClassVar, Literal, cast

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.support.clock import FakeClock
from tests.support.house import SPACE, House
from tests.support.tables import moto_table
from vocespace.admission import PARTICIPANT_SECONDS
from vocespace.errors import NoAgentAvailableError, NoEmptyRoomError
from vocespace.identities import Identity
from vocespace.livekit_messages import LiveKitParticipant, LiveKitRoom
from vocespace.occupancy import Presence
from vocespace.reconciliation import Reconciliation
from vocespace.room_service import RoomService
from vocespace.space_records import INSIDE, Room, Strategy

POOL = ("a", "b", "c", "d")
PEOPLE = {
    **dict.fromkeys(("p1", "p2", "m1", "m2"), Identity.PARTICIPANT),
    **dict.fromkeys(("a1", "a2"), Identity.ASSISTANT),
    **dict.fromkeys(("c1", "c2", "c3"), Identity.CUSTOMER),
}
MEETINGS = {"m1": "m", "m2": "m"}
CUSTOMER_SECONDS = 120

people = st.sampled_from(sorted(PEOPLE))
pauses = st.sampled_from([1, 5, 21, 59, 61, 119, 121, 300, 601, 901])
Told = tuple[Literal["came", "went", "ended"], Presence]


@dataclass(slots=True)
class Promise:
    """What somebody was told: a room, and until when nobody else may be sent there, unless they come and go before."""

    room: str
    until: float


class PaperLiveKit:
    """A LiveKit server with one room, as it is and not as it is told."""

    def __init__(self) -> None:
        self.people: dict[str, str] = {}
        self.session = 1

    def rooms(self) -> list[LiveKitRoom]:
        """What ListRooms answers."""
        return [LiveKitRoom(name=SPACE, sid=f"RM_{self.session}")] if self.people else []

    def participants(self, _: str) -> list[LiveKitParticipant]:
        """What ListParticipants answers."""
        return [LiveKitParticipant(sid=sid, identity=person) for sid, person in self.people.items()]


class RoomsMachine(RuleBasedStateMachine):
    """A pool of a few rooms, and more who want them than there are."""

    seen: ClassVar[Counter[str]] = Counter()
    """What happened in all histories together, so that a test can tell that everything did."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.clock, self.livekit = FakeClock(), PaperLiveKit()
        self.house = House(self.stack.enter_context(moto_table("rooms")), self.clock)
        self.house.set_up(Strategy.POOL, POOL)
        self.reconciliation = Reconciliation(
            self.house.occupancy,
            self.house.desks,
            cast("RoomService", self.livekit),
            keep_out=lambda _: None,
            room_mapping="space",
            clock=self.clock,
        )
        self.sids = map("PA_{}".format, count())
        self.told: list[Told] = []
        self.answered: dict[str, float] = {}
        self.promises: dict[str, Promise] = {}
        self.whose: dict[str, str] = {}
        self.counted: set[str] = set()

    def teardown(self) -> None:
        """Takes the table away."""
        self.stack.close()

    @rule(seconds=pauses)
    def wait(self, seconds: float) -> None:
        """Time goes by."""
        self.clock.advance(seconds)
        self.note("wait")

    @rule(person=people)
    def ask(self, person: str) -> None:
        """Somebody asks for an empty room, a desk or an agent, and is promised one, or is told that there is none."""
        holder, before = MEETINGS.get(person, person), self.house.inside()
        promise, desks = self.living().get(holder), {name: room.agent for name, room in self.rooms().items()}
        try:
            identity, meeting = PEOPLE[person], MEETINGS.get(person)
            room = self.house.settle(person, identity=identity, meeting=meeting).person.room
        except (NoEmptyRoomError, NoAgentAvailableError):
            assert promise is None or PEOPLE[person] is Identity.CUSTOMER, "the room that was promised is gone"
            self.note("nothing")
            return
        assert room in POOL
        if promise is not None:
            assert room == promise.room, "another room than the one that was promised"
            self.note("again")
        elif desks[room] != person and holder not in {self.holder(sid) for sid in before.get(room, set())}:
            self.check_sent(person, room, before)
        for_now = CUSTOMER_SECONDS if PEOPLE[person] is Identity.CUSTOMER else PARTICIPANT_SECONDS
        self.promises[holder] = Promise(room, self.clock.time() + for_now)
        self.answered[person] = self.clock.time()

    def check_sent(self, person: str, room: str, before: dict[str, set[str]]) -> None:
        """Whoever is sent to a room anew is sent to nobody who does not wait for them."""
        others = {holder for holder, each in self.living().items() if each.room == room} - {person}
        inside = {self.whose[sid] for sid in before.get(room, set())}
        if PEOPLE[person] is Identity.CUSTOMER:
            agent = self.house.room(room).agent
            assert inside <= {agent}, "a customer is sent to a desk that is taken"
            assert not [each for each in others if PEOPLE.get(each) is Identity.CUSTOMER], "two are sent to one agent"
            self.note("served")
        else:
            assert not inside, "a room in which somebody is was given away"
            assert others <= {MEETINGS.get(person)}, "a room that is somebody's was given away"
            self.note("sent")

    @rule(person=people)
    def arrive(self, person: str) -> None:
        """Somebody asks and connects at once, as a browser does."""
        self.ask(person)
        if self.has_token(person):
            self.connect(person)

    @precondition(lambda self: any(map(self.has_token, self.answered)))
    @rule(data=st.data())
    def join(self, data: st.DataObject) -> None:
        """Somebody connects with a participant token that they have had for a while."""
        self.connect(data.draw(st.sampled_from(sorted(filter(self.has_token, self.answered)))))

    def has_token(self, person: str) -> bool:
        """Whether they have a participant token that still opens the door."""
        return self.clock.time() <= self.answered.get(person, 0) + PARTICIPANT_SECONDS

    def connect(self, person: str) -> None:
        """Somebody connects; LiveKit ends the connection that they had before."""
        for sid in [sid for sid, whose in self.livekit.people.items() if whose == person]:
            self.end(sid)
        sid = next(self.sids)
        self.livekit.people[sid], self.whose[sid] = person, person
        self.told.append(("came", self.presence(person, sid)))
        self.note("join")

    @precondition(lambda self: self.livekit.people)
    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        """A connection ends."""
        self.end(data.draw(st.sampled_from(sorted(self.livekit.people))))
        self.note("leave")

    @precondition(lambda self: self.livekit.people)
    @rule()
    def close(self) -> None:
        """The LiveKit room ends with everybody, and says that and no more; the next one has another sid."""
        self.told.append(("ended", self.presence("", "")))
        self.livekit.people.clear()
        self.livekit.session += 1
        self.note("close")

    @precondition(lambda self: self.told)
    @rule()
    def tell_all(self) -> None:
        """All that has happened is told, in its order."""
        while self.told:
            self.tell(*self.told.pop(0))

    @precondition(lambda self: self.told)
    @rule(data=st.data(), again=st.booleans())
    def tell_one(self, data: st.DataObject, again: bool) -> None:
        """Something that has happened is told before what happened earlier; it may be told again."""
        place = data.draw(st.integers(0, len(self.told) - 1))
        self.tell(*self.told[place])
        self.note("late" if place else "timely")
        if again:
            self.note("duplicate")
        else:
            del self.told[place]

    def tell(self, what: str, presence: Presence) -> None:
        """LiveKit's word arrives."""
        if what == "ended":
            self.house.occupancy.ended(presence.room_name, presence.room_sid, presence.at)
        else:
            getattr(self.house.occupancy, what)(presence)
        self.note_inside()
        self.note(what)

    @precondition(lambda self: self.told)
    @rule(data=st.data())
    def lose(self, data: st.DataObject) -> None:
        """Something that happened is never told."""
        del self.told[data.draw(st.integers(0, len(self.told) - 1))]
        self.note("lost")

    @rule()
    def reconcile(self) -> None:
        """LiveKit is asked; after that the sets are exactly its own."""
        self.reconciliation.run()
        self.note_inside()

        inside = [sid for sids in self.house.inside().values() for sid in sids]
        assert sorted(inside) == sorted(self.livekit.people), "the sets are not LiveKit's"
        self.note("reconcile")

    @invariant()
    def nobody_is_in_two_rooms(self) -> None:
        """A connection is in one room, and the list of occupied rooms is that of the rooms with somebody inside."""
        inside = [sid for sids in self.house.inside().values() for sid in sids]
        assert len(inside) == len(set(inside))

    @invariant()
    def agents_wait_where_they_are_free(self) -> None:
        """No entry offers a desk that is taken, and no agent who is alone is forgotten."""
        now, entries = self.clock.time(), set(self.house.waiting())
        for name, room in self.rooms().items():
            whose = {self.whose[sid] for sid in room.occ}
            if (room.waiting_since, name) in entries and room.awaits_customer(now):
                assert whose <= {room.agent}, "a desk that is taken is offered"
                assert room.customer_until < now, "a desk is offered while a customer may come"
            if room.waiting_since is not None:
                assert (room.waiting_since, name) in entries, "a waiting agent has no entry"
            if room.agent is not None and whose == {room.agent} and room.customer_until != INSIDE:
                assert room.waiting_since is not None, "an agent who is alone waits for nobody"

    def rooms(self) -> dict[str, Room]:
        """The rooms as the table has them."""
        return dict(self.house.occupancy.rooms_of(SPACE))

    def holder(self, sid: str) -> str:
        """The person whose connection it is, or their meeting."""
        return MEETINGS.get(self.whose[sid], self.whose[sid])

    def living(self) -> dict[str, Promise]:
        """The promises that hold."""
        return {holder: each for holder, each in self.promises.items() if self.clock.time() <= each.until}

    def end(self, sid: str) -> None:
        """A connection ends, and LiveKit says so."""
        self.told.append(("went", self.presence(self.livekit.people.pop(sid), sid)))

    def presence(self, person: str, sid: str) -> Presence:
        """A connection as LiveKit tells of it now, by the second."""
        session = f"RM_{self.livekit.session}"
        return Presence(SPACE, session, person, sid, int(self.clock.time()) * 1000)

    def note_inside(self) -> None:
        """Whoever is counted for the first time has come on their promise; a meeting's is kept for the others."""
        for room, sids in self.house.inside().items():
            for sid in sids - self.counted:
                self.counted.add(sid)
                promise = self.promises.get(self.whose[sid])
                if promise is not None and promise.room == room:
                    del self.promises[self.whose[sid]]
                    self.note("kept")

    def note(self, what: str) -> None:
        """Counts what happened."""
        self.seen[what] += 1
        self.seen["step"] += 1
