"""Changes of a space by the operator: how it finds empty rooms, and which rooms are in its pool."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from vocespace.blocks import SpaceQuery
from vocespace.errors import FieldError, InvalidParametersError
from vocespace.leases import KEPT_SECONDS
from vocespace.names import place_name
from vocespace.request_body import read_request
from vocespace.space_records import Room, Space, Strategy, room_key, space_key
from vocespace.table import ConditionFailedError, Table, record_of
from vocespace.writes import EXISTS, NEW, Change, Condition
from vocespace_cli.faults import BadInputError, NotOkError, bad_field

_IN_POOL = Condition("made = :pool", values={":pool": "pool"})


@dataclass(frozen=True, slots=True)
class SpaceEdit:
    """What is to change.

    Attributes:
        space: Of which space.
        strategy: How it finds an empty room; None: as before.
        added: Rooms that come into its pool.
        removed: Rooms that leave it.
    """

    space: str
    strategy: Strategy | None
    added: tuple[str, ...]
    removed: tuple[str, ...]

    @classmethod
    def read(cls, space: str, strategy: Strategy | None, *, added: Sequence[str], removed: Sequence[str]) -> Self:
        """Reads the options.

        Raises:
            BadInputError: they say nothing, or of a room that it comes and goes.
            InvalidParametersError: the space or a room cannot be called that.
        """
        name = read_request(SpaceQuery, {"space": space}).space
        edit = cls(name, strategy, _names("--room", added), _names("--remove-room", removed))
        if strategy is None and not added and not removed:
            raise BadInputError("Nothing is said that could change: give --strategy, --room or --remove-room.")
        if set(edit.added) & set(edit.removed):
            raise bad_field("--remove-room", "names a room that --room adds")
        return edit


def edit_space(table: Table, edit: SpaceEdit, now: int) -> None:
    """Makes the changes, and the space if there is none.

    Raises:
        NotOkError: a room that is to leave the pool is not in it; nothing was written.
        ConditionFailedError: a room was given to somebody at this moment; the changes before it are made.
        StoreUnavailableError: the table cannot be read, or not be written.
    """
    leaving = {name: _pooled(table, edit.space, name) for name in edit.removed}
    _set_strategy(table, edit, now)
    into = Change.of({"made": "pool"}, removed=["ttl"])
    for name in edit.added:
        table.update(room_key(edit.space, name), into)
    for name, room in leaving.items():
        _take_out(table, edit.space, name, room, now)


def _names(option: str, names: Sequence[str]) -> tuple[str, ...]:
    try:
        return tuple(dict.fromkeys(place_name(name) for name in names))
    except ValueError as error:
        raise InvalidParametersError(FieldError(option, str(error))) from None


def _pooled(table: Table, space: str, name: str) -> Room:
    (item,) = table.read([room_key(space, name)])
    room = None if item is None else record_of(Room, item)
    if room is None or room.made != "pool":
        raise NotOkError(
            "A room is not in the pool; nothing was written.",
            fields=[FieldError("--remove-room", "names a room that is not in the pool")],
            hint="vocespace rooms list shows those that are.",
        )
    return room


def _set_strategy(table: Table, edit: SpaceEdit, now: int) -> None:
    made = Space(created_at=now, strategy=edit.strategy or Strategy.CREATE)
    try:
        table.write_together(table.put(space_key(edit.space) | made.to_wire(), NEW))
    except ConditionFailedError:
        if edit.strategy is not None:
            table.update(space_key(edit.space), Change.of({"strategy": edit.strategy.value}), EXISTS)


def _take_out(table: Table, space: str, name: str, room: Room, now: int) -> None:
    key = room_key(space, name)
    there = "attribute_exists(occ)" if room.occ else "attribute_not_exists(occ)"
    lease = "leaseUntil = :until" if room.lease_until else "attribute_not_exists(leaseUntil)"
    values = {":until": room.lease_until} if room.lease_until else {}
    as_read = _IN_POOL.and_also(Condition(f"{there} AND {lease}", values=values))
    if room.is_free(now):
        table.write_together(table.remove(key, as_read))
        return
    # As if it had been made for whoever has it: nobody else gets it, and it goes when they have gone.
    given: dict[str, object] = {"made": "fresh"}
    if not room.occ:
        given["ttl"] = room.lease_until + KEPT_SECONDS
    table.update(key, Change.of(given), as_read)
