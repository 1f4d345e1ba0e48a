"""Join links, as the table has them: found by a code or an id, revoked, and counted by who has used them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vocespace.attributes import Key
from vocespace.clock import Clock
from vocespace.errors import StoreUnavailableError
from vocespace.invitations import Invitation, of_meeting, of_visit
from vocespace.join_links import (
    Invited,
    JoinCodes,
    JoinLink,
    LinkReference,
    Uses,
    code_digest,
    link_key,
    link_reference_key,
)
from vocespace.meeting_store import MeetingStore
from vocespace.table import CONFLICT, ConditionFailedError, Table, record_of
from vocespace.wire import WireModel
from vocespace.writes import EXISTS, NEW, Change, Condition

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

KEPT_SECONDS = 90 * 86_400
"""For how long whoever comes too late is still told so, instead of that there is no such link."""


class LinkUse(WireModel):
    """That somebody has used a link of several people, and as which of them."""

    place: Uses


@dataclass(frozen=True, slots=True)
class FoundLink:
    """A link that a code opens.

    Attributes:
        link: The link.
        digest: The digest of its code.
        place: Which of its people the visitor is; None: none yet.
    """

    link: JoinLink
    digest: str
    place: int | None


class LinkStore:
    """Keeps join links.

    Args:
        table: The table.
        meetings: Those that links may belong to.
        codes: Gives what makes codes.
        clock: The time.
    """

    def __init__(self, table: Table, meetings: MeetingStore, codes: Callable[[], JoinCodes], clock: Clock) -> None:
        self._table = table
        self._meetings = meetings
        self._codes = codes
        self._clock = clock

    def create(self, link: JoinLink) -> str:
        """Writes a new link.

        Returns:
            Its code.

        Raises:
            ConditionFailedError: there is one of this id.
            StoreUnavailableError: it may not have been written.
            SecretsUnavailableError: there is nothing to make codes by.
        """
        self._table.write_together(*self.writes(link))
        return self._codes().code_of(link.id)

    def writes(self, link: JoinLink, *, closes_at: int | None = None) -> list[TransactWriteItemTypeDef]:
        """A new link as writes, for `Table.write_together`; they hold only if there is none of this id.

        Args:
            link: The link.
            closes_at: When it closes, where the link itself does not say so; None: it is never cleaned up.

        Raises:
            SecretsUnavailableError: there is nothing to make codes by.
        """
        digest = self._digest_of(link.id)
        kept = _cleaned_up_after(link.expires_at or closes_at)
        reference = LinkReference(digest=digest)
        return [
            self._table.put(link_key(digest) | link.to_wire() | kept, NEW),
            self._table.put(link_reference_key(link.id) | reference.to_wire() | kept, NEW),
        ]

    def keeping(
        self, link_id: str, *, closes_at: int, invited: Invited | None = None
    ) -> list[TransactWriteItemTypeDef]:
        """The writes by which a link is kept for a meeting that has moved; they hold only if there is such a link.

        Args:
            link_id: Its id.
            closes_at: When it closes now.
            invited: For whom in which meeting it is from now on; None: for the same.

        Raises:
            SecretsUnavailableError: there is nothing to make codes by.
        """
        kept = _cleaned_up_after(closes_at)
        led: dict[str, object] = {} if invited is None else {"invited": invited.to_wire()}
        digest = self._digest_of(link_id)
        return [
            self._table.change(link_key(digest), Change.of(kept | led), EXISTS),
            self._table.change(link_reference_key(link_id), Change.of(kept), EXISTS),
        ]

    def by_code(self, code: str, visitor: str | None = None) -> FoundLink | None:
        """The link that a code opens, in one call; None where it opens none.

        Args:
            code: What somebody came with.
            visitor: By what their browser is known.

        Raises:
            StoreUnavailableError: nobody can tell.
        """
        digest = code_digest(code)
        if digest is None:
            return None
        keys = [link_key(digest)] + ([] if visitor is None else [_use_key(digest, visitor)])
        item, *uses = self._table.read(keys)
        if item is None:
            return None
        return FoundLink(record_of(JoinLink, item), digest, next(map(_place, uses), None))

    def by_id(self, link_id: str) -> JoinLink | None:
        """The link of an id; None where there is none.

        Raises:
            StoreUnavailableError: nobody can tell.
        """
        digest = self._referred_to(link_id)
        (item,) = (None,) if digest is None else self._table.read([link_key(digest)])
        return None if item is None else record_of(JoinLink, item)

    def invitation(self, link: JoinLink) -> Invitation | None:
        """What is behind a link, in one call at most; None where its meeting is gone.

        Raises:
            StoreUnavailableError: nobody can tell.
        """
        if link.invited is None:
            return of_visit(link)
        found = self._meetings.invited(link.invited.meeting, link.invited.attendee)
        return None if found is None else of_meeting(link, *found)

    def revoke(self, link: JoinLink) -> None:
        """Lets a link open nothing any more; once revoked, it stays so since then.

        Raises:
            StoreUnavailableError: it may still open.
        """
        digest = self._referred_to(link.id)
        if digest is None:
            return
        now = int(self._clock.time())
        change = Change("SET #at = if_not_exists(#at, :now)", {"#at": "revokedAt"}, {":now": now})
        # What has been cleaned up meanwhile opens nothing either.
        with suppress(ConditionFailedError):
            self._table.update(link_key(digest), change, EXISTS)

    def use(self, found: FoundLink, visitor: str, place: int) -> None:
        """Counts somebody who comes by a link of several people for the first time.

        Args:
            found: The link, as it was read.
            visitor: By what their browser is known.
            place: Which of its people they become: the next one.

        Raises:
            ConditionFailedError: nobody was counted, because the link is no longer as it was read.
            StoreUnavailableError: nobody can tell.
        """
        use = _use_key(found.digest, visitor)
        item = use | LinkUse(place=place).to_wire() | _cleaned_up_after(found.link.expires_at)
        still = Condition(
            "#uses = :before AND maxUses >= :uses AND attribute_not_exists(revokedAt)", values={":before": place - 1}
        )
        try:
            self._table.write_together(
                self._table.change(link_key(found.digest), Change.of({"uses": place}), still),
                self._table.put(item, NEW),
            )
        except StoreUnavailableError as error:
            if error.reason == CONFLICT:
                raise ConditionFailedError from None
            # It may have been written, and only the answer lost: whoever was counted is let in.
            if _place(*self._table.read([use])) != place:
                raise

    def _digest_of(self, link_id: str) -> str:
        return hashlib.sha256(self._codes().code_of(link_id).encode()).hexdigest()

    def _referred_to(self, link_id: str) -> str | None:
        (item,) = self._table.read([link_reference_key(link_id)])
        return None if item is None else record_of(LinkReference, item).digest


def _use_key(digest: str, visitor: str) -> Key:
    return {"pk": link_key(digest)["pk"], "sk": f"USE#{hashlib.sha256(visitor.encode()).hexdigest()}"}


def _place(item: dict[str, object] | None) -> int | None:
    return None if item is None else record_of(LinkUse, item).place


def _cleaned_up_after(closes_at: int | None) -> dict[str, int]:
    return {} if closes_at is None else {"ttl": closes_at + KEPT_SECONDS}
