"""What a function may cost at most where no machine has a say: modules that its import loads, and bytes that it ships.

Whoever goes beyond a number has either let in what does not belong, or has a reason, and then changes the number here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

LATE: Final = (
    "aws_lambda_powertools.event_handler",
    "boto3",
    "botocore.client",
    "botocore.session",
    "cryptography",
    "icalendar",
    "urllib3",
)
"""What no function imports before a request needs it; of botocore Powertools imports the outermost module."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What a function may have.

    Attributes:
        modules: How many modules are loaded once its handler is imported, the interpreter's own included.
        megabytes: How many million bytes it has unzipped, with its layers and their byte code, on either processor, as
            long as no parameter gives it more.
        late: What must not be among the modules, with whatever is below it.
    """

    modules: int
    megabytes: float
    late: tuple[str, ...] = LATE


# What somebody waits for has no use for asyncio; of the others Powertools' batches bring it.
_WAITED_FOR: Final = (*LATE, "asyncio", "aws_lambda_powertools.utilities.batch")

BUDGETS: Final = {
    "ConnectionDetailsFunction": Budget(374, 14.1, _WAITED_FOR),
    "RedirectUrlFunction": Budget(374, 14.1, _WAITED_FOR),
    "LivekitTokenFunction": Budget(376, 14.1, _WAITED_FOR),
    "BlocksFunction": Budget(375, 14.1, _WAITED_FOR),
    "RoomsFunction": Budget(374, 14.1, _WAITED_FOR),
    "JoinLinksFunction": Budget(385, 14.1, _WAITED_FOR),
    "JoinFunction": Budget(393, 16.0, _WAITED_FOR),
    "LiveKitEventsFunction": Budget(383, 14.1, _WAITED_FOR),
    "BookingHooksFunction": Budget(390, 14.1, _WAITED_FOR),
    "ServiceInfoFunction": Budget(340, 14.3, _WAITED_FOR),
    "TrackOccupancyFunction": Budget(465, 14.1),
    "ReconcileRoomsFunction": Budget(371, 14.1),
    "FollowBookingsFunction": Budget(473, 20.1),
    "MeetingEventsFunction": Budget(464, 20.1),
    "SweepMeetingsFunction": Budget(371, 14.1),
    "DeliverNewsFunction": Budget(464, 22.8),
    "RotateSigningKeysFunction": Budget(375, 20.1),
    "RotateLiveKitKeyFunction": Budget(375, 20.1),
}
"""Of every function: what was measured, and a twentieth more, but 16 MB at most where somebody waits."""

LATE_LAYERS: Final = {
    "AwsLayer": 5.9,
    "CryptographyLayerArm64": 15.9,
    "CryptographyLayerX86": 16.6,
    "DocsLayer": 1.8,
}
"""How many million bytes a layer has that comes by a parameter only."""


def import_problems(modules: Collection[str], budget: Budget) -> Iterator[str]:
    """What an import goes beyond, of which these modules are loaded after it."""
    if len(modules) > budget.modules:
        yield f"its import loads {len(modules)} modules, and may load {budget.modules}"
    for name in budget.late:
        if any(f"{each}.".startswith(f"{name}.") for each in modules):
            yield f"its import loads {name}"


def size_problems(size: int, megabytes: float) -> Iterator[str]:
    """Whether so many bytes are too many."""
    shipped = size / 1_000_000
    if shipped > megabytes:
        yield f"it ships {shipped:.1f} MB, and may ship {megabytes} MB"
