"""What is to be told of meetings, put into the queue: one message for each way of telling it, and nothing told here."""

from __future__ import annotations

from collections.abc import Iterator

from vocespace import aws
from vocespace.meeting_messages import Channel, Delivery, News
from vocespace.meetings import Attendee, Meeting

_FOR_PEOPLE = frozenset({News.LINK_READY, News.REMINDER, News.RESCHEDULED, News.CANCELLED})
"""What people get mails about; the rest is for programs."""


class Announcements:
    """Sends word of what happens to meetings.

    Args:
        queue_url: The queue of deliveries.
    """

    def __init__(self, queue_url: str) -> None:
        self._queue_url = queue_url

    def tell(self, meeting: Meeting, news: News, attendee: Attendee | None = None) -> None:
        """Has news told, by every way that the meeting's route names. Told twice, it reaches nobody twice.

        Args:
            meeting: What it is about, as it is now.
            news: What it is.
            attendee: Whom it concerns; None: the meeting as a whole.

        Raises:
            StoreUnavailableError: not all of it is in the queue; tell it again.
        """
        for channel in _channels(meeting, news, attendee):
            delivery = Delivery(
                news=news,
                channel=channel,
                meeting=meeting.id,
                version=meeting.version,
                attendee=None if attendee is None else attendee.key,
            )
            aws.send_later(self._queue_url, delivery.to_wire())


def _channels(meeting: Meeting, news: News, attendee: Attendee | None) -> Iterator[Channel]:
    if meeting.route.tells_events:
        yield Channel.EVENT
    if meeting.route.endpoint is not None:
        yield Channel.ENDPOINT
    if meeting.route.sends_mail and news in _FOR_PEOPLE and attendee is not None and attendee.email is not None:
        yield Channel.MAIL
