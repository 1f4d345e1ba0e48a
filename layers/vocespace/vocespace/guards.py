"""What stands between a decision and what comes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vocespace.admission import Admission
from vocespace.audit import Auditor
from vocespace.block_list import BlockList
from vocespace.platforms import Platform
from vocespace.quotas import Quotas

if TYPE_CHECKING:
    from vocespace.allocation import Allocation


@dataclass(frozen=True, slots=True)
class Guards:
    """What stands between a decision and what comes of it.

    Attributes:
        blocks: Who may not come into which space.
        rooms: Gives what tells where in a space a person goes; who only wants a link pays for none.
        quotas: How many tokens a platform may have.
        auditor: Writes down what was handed out.
    """

    blocks: BlockList
    rooms: Callable[[], Allocation]
    quotas: Quotas
    auditor: Auditor

    def settle(self, admission: Admission, payer: Platform | None) -> Admission:
        """The same admission with a concrete room, and its token counted for whoever pays for it; None: for nobody.

        Raises:
            NoEmptyRoomError, NoAgentAvailableError: there is no room right now.
            QuotaExceededError: the platform has had its tokens.
        """
        admission = self.rooms().settle(admission)
        # Only now: a customer who is told to come again has not used up a token.
        if payer is not None:
            self.quotas.take_token(payer)
        return admission
