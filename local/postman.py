"""Brings into the outbox what the functions have sent: mails, which moto's SES keeps, and events from every bus."""

from __future__ import annotations

from contextlib import suppress
from threading import Event

from botocore.exceptions import BotoCoreError, ClientError
from moto.ses.models import ses_backends

from local.buses import listen
from local.cloud import REGION, Cloud
from local.event import ACCOUNT_ID
from local.outbox import Outbox
from local.queues import create_queue
from local.stack import NAME, Stack

IDLE_SECONDS = 2.0
"""How often somebody looks although nothing seems to be sent."""


def trust_sender(address: str) -> None:
    """Lets moto's SES take mails from an address, as the operator of a deployment does at the real one."""
    ses_backends[ACCOUNT_ID][REGION].verify_email_address(address)


class Postman:
    """Looks for what was sent.

    Args:
        cloud: Where it was sent.
        stack: By which stack.
        outbox: Where it is kept.
    """

    def __init__(self, cloud: Cloud, stack: Stack, outbox: Outbox) -> None:
        self._outbox = outbox
        self._bell = cloud.bell
        self._taken = 0
        # A queue that no template knows: what is on a bus can be had by a rule only.
        self._events = create_queue(cloud.sqs, f"{NAME}-outbox", {})
        listen(cloud.events, stack.buses, self._events.arn)

    def __call__(self, stopping: Event) -> None:
        """Looks, again and again."""
        rings = 0
        while not stopping.is_set():
            rings = self._bell.wait(rings, IDLE_SECONDS)
            # A request of ours that failed is made again at the next look.
            with suppress(BotoCoreError, ClientError):
                self.collect()

    def collect(self) -> None:
        """Takes what there is.

        Raises:
            BotoCoreError, ClientError: the queue does not answer.
        """
        # In this process: SES lets nobody read what was sent.
        for mail in ses_backends[ACCOUNT_ID][REGION].sent_messages[self._taken :]:
            self._taken += 1
            self._outbox.keep_mail(mail.raw_data)
        for message in self._events.receive(10):
            self._outbox.keep_event(message["Body"])
            self._events.delete([message])
