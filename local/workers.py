"""What goes on beside the requests, each in a thread of its own: queues are emptied, schedules are kept."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from threading import Event, Thread

from botocore.exceptions import BotoCoreError, ClientError

from local.gateway import Function
from local.instances import BusyError, HandlerError, InstanceLostError
from local.queues import Queue
from local.scheduled_event import event_at
from local.sqs_event import event_for, failed_ids
from local.stack import Stack
from local.triggers import Schedule, Source, schedules, sources

IDLE_SECONDS = 0.2
"""How long an empty queue is left alone."""

Worker = Callable[[Event], None]

_NO_RESULT = (BusyError, HandlerError, InstanceLostError)


def workers_of(stack: Stack, functions: Mapping[str, Function]) -> Iterator[Worker]:
    """Yields what its template's queues and schedules need, for functions by their logical ids."""
    queues = {queue.arn: queue for queue in stack.queues.values()}
    for source in sources(stack.template):
        yield Poller(queues[source.queue], source, functions[source.function])
    for schedule in schedules(stack.template):
        yield Timer(schedule, functions[schedule.function])


def start(workers: Iterable[Worker]) -> Event:
    """Starts them; they end with the process, or once the event that is returned is set."""
    stopping = Event()
    for worker in workers:
        Thread(target=worker, args=[stopping], daemon=True).start()
    return stopping


class Poller:
    """Brings what is in a queue to its function, as an event source mapping does: one batch after the other."""

    def __init__(self, queue: Queue, source: Source, function: Function) -> None:
        self._queue = queue
        self._source = source
        self._function = function

    def __call__(self, stopping: Event) -> None:
        """Empties the queue, again and again."""
        while not stopping.wait(IDLE_SECONDS):
            # A request of ours that failed is made again at the next look.
            with suppress(BotoCoreError, ClientError):
                while self.deliver() and not stopping.is_set():
                    pass

    def deliver(self) -> bool:
        """Delivers one batch, and removes what the function is done with; False where nothing is there.

        Raises:
            BotoCoreError, ClientError: the queue does not answer.
        """
        messages = self._queue.receive(self._source.batch_size)
        if not messages:
            return False
        try:
            answer = self._function.invoke(event_for(messages, self._queue.arn), str(uuid.uuid4()))
        except _NO_RESULT:
            # They are seen again when their visibility timeout is over.
            return True
        sent = frozenset(message["MessageId"] for message in messages)
        failed = failed_ids(answer, sent) if self._source.tells_failures else frozenset()
        self._queue.delete(message for message in messages if message["MessageId"] not in failed)
        return True


class Timer:
    """Invokes a function as often as its schedule says, for the first time after one period."""

    def __init__(self, schedule: Schedule, function: Function) -> None:
        self._schedule = schedule
        self._function = function

    def __call__(self, stopping: Event) -> None:
        """Keeps the schedule."""
        while not stopping.wait(self._schedule.seconds):
            event = event_at(datetime.now(UTC), self._schedule.rule)
            # What there is to say about it stands in the functions' log.
            with suppress(*_NO_RESULT):
                self._function.invoke(event, str(uuid.uuid4()))
