"""Tells people and platforms the news: looks up what has become of it, and sends it by the way it is to go.

Everything here can come twice, late, or after what it is about has changed. Whatever could not be delivered and may be
at another time is put back into the queue with the time of the next attempt, which SQS by itself cannot wait for.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cached_property, partial

from vocespace import aws, observability
from vocespace.back_off import next_attempt
from vocespace.clock import Clock
from vocespace.delivery_events import Failure, event_detail
from vocespace.document_cache import SECRET, CachedDocument
from vocespace.endpoints import Endpoints
from vocespace.errors import StoreUnavailableError
from vocespace.join_links import JoinCodes, join_url
from vocespace.link_store import LinkStore
from vocespace.mails import mail
from vocespace.meeting_messages import Channel, Delivery, News
from vocespace.meeting_store import MeetingStore
from vocespace.outgoing_webhooks import OutgoingWebhooks
from vocespace.sent import TAKEN_OVER_AFTER, SentMarks, State, Turn
from vocespace.settings import Settings
from vocespace.table import Table
from vocespace.told import OPENING, Told
from vocespace.undelivered import TryLaterError, UndeliverableError


class Deliveries:
    """Delivers.

    Args:
        settings: Where to, and in whose name.
        table: The table.
        meetings: Meetings and their people.
        links: Join links.
        codes: Gives what makes the codes of links.
        clock: The time.
    """

    def __init__(
        self,
        settings: Settings,
        table: Table,
        meetings: MeetingStore,
        links: LinkStore,
        codes: Callable[[], JoinCodes],
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._table = table
        self._meetings = meetings
        self._links = links
        self._codes = codes
        self._clock = clock
        self._marks = SentMarks(table, clock)
        self._send: dict[Channel, Callable[[Told], None]] = {
            Channel.EVENT: self._send_event,
            Channel.ENDPOINT: self._send_webhook,
            Channel.MAIL: self._send_mail,
        }

    def deliver(self, delivery: Delivery) -> None:
        """Delivers, if that is still to be done; otherwise does nothing, or has it come again when it is time.

        Raises:
            SecretsUnavailableError, StoreUnavailableError: it is not known whether it was delivered; tell it again.
        """
        now = self._clock.time()
        if delivery.not_before is not None and now < delivery.not_before:
            self._put_back(delivery, delivery.not_before - now)
            return
        told = self._told(delivery)
        if told is None or not told.holds(delivery.version, now) or self._is_revoked(told):
            observability.delivery_void(delivery.news, delivery.channel)
            return
        match self._marks.begin(told, delivery):
            case Turn.OURS:
                self._try(told, delivery)
            case Turn.OTHERS:
                self._put_back(delivery, TAKEN_OVER_AFTER + 1)
            case Turn.NOBODYS:
                pass

    def _told(self, delivery: Delivery) -> Told | None:
        if delivery.attendee is None:
            meeting = self._meetings.meeting(delivery.meeting)
            return None if meeting is None else Told(delivery.news, meeting)
        found = self._meetings.invited(delivery.meeting, delivery.attendee)
        return None if found is None else Told(delivery.news, *found)

    def _is_revoked(self, told: Told) -> bool:
        """Whether it is news of a link that opens nothing any more, whatever becomes of the meeting."""
        if told.attendee is None or told.news not in OPENING:
            return False
        link = self._links.by_id(told.attendee.link)
        return link is None or link.revoked_at is not None

    def _try(self, told: Told, delivery: Delivery) -> None:
        try:
            self._send[delivery.channel](told)
        except TryLaterError as error:
            self._plan(told, delivery, error)
        except UndeliverableError as error:
            self._give_up(told, delivery, error.reason)
        else:
            self._marks.end(told, delivery, State.SENT)
            observability.delivered(delivery.channel)

    def _plan(self, told: Told, delivery: Delivery, error: TryLaterError) -> None:
        now = self._clock.time()
        due = next_attempt(delivery.attempt, now, error.after, told.worth_until)
        if due is None:
            self._give_up(told, delivery, error.reason)
            return
        planned = delivery.model_copy(update={"attempt": delivery.attempt + 1, "not_before": due})
        self._put_back(planned, due - now)
        self._marks.end(told, planned, State.WAITING)
        observability.delivery_delayed(delivery.channel, error.reason, delivery.attempt)

    def _give_up(self, told: Told, delivery: Delivery, reason: str) -> None:
        observability.delivery_failed(delivery.news, delivery.channel, reason)
        if told.meeting.route.tells_events and self._settings.event_bus:
            failed = Failure(news=delivery.news, channel=delivery.channel, reason=reason)
            aws.send_event(self._settings.event_bus, News.DELIVERY_FAILED, event_detail(told, failed=failed))
        self._marks.end(told, delivery, State.FAILED)

    def _put_back(self, delivery: Delivery, seconds: float) -> None:
        # What is to wait longer comes by every now and then.
        delay = min(math.ceil(seconds), aws.MAX_DELAY)
        aws.send_later(self._settings.deliveries_queue_url, delivery.to_wire(), delay=delay)

    def _send_event(self, told: Told) -> None:
        if not self._settings.event_bus:
            raise UndeliverableError("no_event_bus")
        detail = self._detail(told)
        try:
            aws.send_event(self._settings.event_bus, told.news, detail)
        except StoreUnavailableError as error:
            raise TryLaterError(error.reason) from None

    def _send_webhook(self, told: Told) -> None:
        name = told.meeting.route.endpoint
        if name is None:
            raise UndeliverableError("no_endpoint")
        self._webhooks.send(name, told, self._detail(told))

    def _send_mail(self, told: Told) -> None:
        sender, origin, attendee = self._settings.mail_sender, self._settings.public_base_url, told.attendee
        if not sender or not origin:
            raise UndeliverableError("no_public_base_url" if sender else "no_mail_sender")
        if attendee is None or attendee.email is None:
            raise UndeliverableError("no_address")
        message = mail(told, attendee, sender=sender, origin=origin, url=self._url(told), now=self._clock.time())
        try:
            aws.send_mail(sender, attendee.email, message)
        except aws.MailRefusedError as error:
            raise UndeliverableError(error.reason) from None
        except StoreUnavailableError as error:
            raise TryLaterError(error.reason) from None

    def _detail(self, told: Told) -> dict[str, object]:
        return event_detail(told, url=self._url(told) if told.meeting.route.tells_urls else None)

    def _url(self, told: Told) -> str | None:
        origin = self._settings.public_base_url
        if told.attendee is None or told.news not in OPENING or not origin:
            return None
        return join_url(origin, self._codes().code_of(told.attendee.link))

    @cached_property
    def _webhooks(self) -> OutgoingWebhooks:
        endpoints = CachedDocument(
            SECRET,
            "endpoints",
            read=partial(aws.read_secret, self._settings.endpoints_secret_id),
            parse=Endpoints.parse,
            clock=self._clock,
        )
        return OutgoingWebhooks(
            endpoints, self._table, self._clock, allow_loopback=self._settings.allow_loopback_endpoints
        )
