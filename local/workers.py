"""What goes on beside the requests, each in a thread of its own: queues are emptied, schedules are kept."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from threading import Event, Thread

from botocore.exceptions import BotoCoreError, ClientError

from local.bell import Bell
from local.cloud import Cloud
from local.gateway import Function
from local.instances import BusyError, HandlerError, InstanceLostError
from local.one_time_schedules import LOOK_SECONDS, OneTimeSchedules
from local.queues import Queue
from local.scheduled_event import event_at
from local.sqs_event import event_for, failed_ids
from local.stack import Stack
from local.triggers import Schedule, Source, schedules, sources
from vocespace.clock import Clock

IDLE_SECONDS = 1.0
"""How long an empty queue is left alone where nothing is sent: what was held back may be due."""

Worker = Callable[[Event], None]

_NO_RESULT = (BusyError, HandlerError, InstanceLostError)


def workers_of(stack: Stack, cloud: Cloud, functions: Mapping[str, Function], clock: Clock) -> Iterator[Worker]:
    """Yields what its template's queues and schedules need, for functions by their logical ids."""
    queues = {queue.arn: queue for queue in stack.queues.values()}
    for source in sources(stack.template):
        yield Poller(queues[source.queue], source, functions[source.function], cloud.bell)
    for schedule in schedules(stack.template):
        yield Timer(schedule, functions[schedule.function], clock)
    for group in stack.schedule_groups:
        yield OneTimeSchedules(cloud.scheduler, group, queues, clock)


def start(workers: Iterable[Worker]) -> Event:
    """Starts them; they end with the process, or once the event that is returned is set."""
    stopping = Event()
    for worker in workers:
        Thread(target=worker, args=[stopping], daemon=True).start()
    return stopping


class Poller:
    """Brings what is in a queue to its function, as an event source mapping does: one batch after the other."""

    def __init__(self, queue: Queue, source: Source, function: Function, bell: Bell) -> None:
        self._queue = queue
        self._source = source
        self._function = function
        self._bell = bell

    def __call__(self, stopping: Event) -> None:
        """Empties the queue, again and again."""
        rings = 0
        while not stopping.is_set():
            rings = self._bell.wait(rings, IDLE_SECONDS)
            # A request of ours that failed is made again at the next look.
            with suppress(BotoCoreError, ClientError):
                while not stopping.is_set() and self.deliver():
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

    def __init__(self, schedule: Schedule, function: Function, clock: Clock) -> None:
        self._schedule = schedule
        self._function = function
        self._clock = clock

    def __call__(self, stopping: Event) -> None:
        """Keeps the schedule. Where time was moved over several of its moments, there is one instead of them."""
        last = self._clock.time()
        while not stopping.wait(LOOK_SECONDS):
            now = self._clock.time()
            if now >= last + self._schedule.seconds:
                last = now
                self._invoke(now)

    def _invoke(self, now: float) -> None:
        event = event_at(datetime.fromtimestamp(now, UTC), self._schedule.rule)
        # What there is to say about it stands in the functions' log.
        with suppress(*_NO_RESULT):
            self._function.invoke(event, str(uuid.uuid4()))
