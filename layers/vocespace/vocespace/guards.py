"""What stands between a decision and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass

from vocespace.admission import Admission
from vocespace.allocation import Allocation
from vocespace.audit import Auditor
from vocespace.block_list import BlockList
from vocespace.platforms import Platform
from vocespace.quotas import Quotas


@dataclass(frozen=True, slots=True)
class Guards:
    """What stands between a decision and what comes of it.

    Attributes:
        blocks: Who may not come into which space.
        rooms: Where in a space a person goes.
        quotas: How many tokens a platform may have.
        auditor: Writes down what was handed out.
    """

    blocks: BlockList
    rooms: Allocation
    quotas: Quotas
    auditor: Auditor

    def settle(self, admission: Admission, payer: Platform | None) -> Admission:
        """The same admission with a concrete room, and its token counted for whoever pays for it; None: for nobody.

        Raises:
            NoEmptyRoomError, NoAgentAvailableError: there is no room right now.
            QuotaExceededError: the platform has had its tokens.
        """
        admission = self.rooms.settle(admission)
        # Only now: a customer who is told to come again has not used up a token.
        if payer is not None:
            self.quotas.take_token(payer)
        return admission
