"""Where in a space a person goes: `$empty` becomes a concrete room before anything is minted (design section 5)."""

from __future__ import annotations

from dataclasses import replace

from vocespace.admission import Admission
from vocespace.desks import CUSTOMER_GRACE, Desks
from vocespace.identities import CUSTOMER_SUPPORT, Identity
from vocespace.leases import Leases
from vocespace.rooms import EMPTY, MAIN
from vocespace.space_records import Space, Strategy, meeting_holder, person_holder
from vocespace.spaces import Spaces
from vocespace.wishes import Wish

_AGENTS = frozenset({Identity.OWNER, Identity.MANAGER, Identity.ASSISTANT})


class Allocation:
    """Finds everybody a place.

    Args:
        spaces: The spaces.
        leases: Empty rooms.
        desks: Those in which agents wait.
    """

    def __init__(self, spaces: Spaces, leases: Leases, desks: Desks) -> None:
        self._spaces = spaces
        self._leases = leases
        self._desks = desks

    def settle(self, admission: Admission) -> Admission:
        """The same admission with a concrete room, in a space that exists.

        Raises:
            NoEmptyRoomError, NoAgentAvailableError: there is none right now.
            StoreUnavailableError: nobody can tell.
        """
        person, platform = admission.person, admission.platform
        maker = person.id if admission.may_make_space else None
        space, is_new = self._spaces.entered(person.space, person=maker, platform=platform)
        # Whoever gives a guest's id without anybody vouching for it need not be the one who made the space.
        is_maker = (space.created_by, space.platform) == (person.id, platform) and platform is not None
        room = self._room(admission, space)
        return replace(
            admission,
            person=person.model_copy(update={"room": room}),
            wanted_room=person.room,
            join_within=CUSTOMER_GRACE if person.room == EMPTY and _is_visitor(admission, space) else None,
            made_space=admission.may_make_space and (is_new or is_maker),
        )

    def _room(self, admission: Admission, space: Space) -> str | None:
        person, wanted = admission.person, admission.person.room
        if wanted == EMPTY:
            return self._empty_room(admission, space)
        if wanted is None or wanted == MAIN:
            # Where every empty room is a new one, it does no harm that somebody is still taken to be in an old one.
            if space.strategy is not Strategy.CREATE or admission.auth == CUSTOMER_SUPPORT:
                self._leases.place(person.space, person.id, MAIN)
            return wanted
        self._spaces.named_room(person.space, wanted)
        self._leases.place(person.space, person.id, wanted)
        return wanted

    def _empty_room(self, admission: Admission, space: Space) -> str:
        person = admission.person
        if _is_visitor(admission, space):
            return self._desks.desk_for(person.space, person.id)
        is_agent = _is_agent(admission, space)
        strategy = Strategy.POOL if space.strategy is Strategy.POOL else Strategy.CREATE
        wish = Wish(person.space, person.id, person_holder(person.id), is_desk=is_agent)
        if admission.meeting is not None and not is_agent:
            holder = meeting_holder(admission.platform, admission.meeting)
            wish = replace(wish, holder=holder, held_until=admission.held_until)
        return self._leases.room_for(wish, strategy)


def _is_agent(admission: Admission, space: Space) -> bool:
    is_support = admission.auth == CUSTOMER_SUPPORT or space.strategy is Strategy.AGENT
    return is_support and admission.identity in _AGENTS


def _is_visitor(admission: Admission, space: Space) -> bool:
    """Whether an empty room is an agent's to them."""
    if space.strategy is Strategy.AGENT:
        return admission.identity not in _AGENTS
    return admission.auth == CUSTOMER_SUPPORT and admission.identity is Identity.CUSTOMER
