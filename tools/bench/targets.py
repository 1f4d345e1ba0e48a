"""Who is compared with, and what is aimed at. A target that is missed is shown, and is no failure."""

from __future__ import annotations

from typing import Final

STOCK, STDLIB, BARE, LIVEKIT, NODE = "stock", "stdlib", "bare", "livekit-api", "node"

COLD: Final = {STOCK: 0.25, STDLIB: 4.5, NODE: 1.0}
"""CPU of a start and the first answer, of a peer's."""

MEMORY_MIB: Final = 70.0
"""Peak memory at the first answer."""

WARM: Final = {BARE: 5.0, LIVEKIT: 1.0}
"""CPU of a later request, of a peer's, where a link is issued or redeemed."""

PACKAGE_MB: Final = 16.0
"""Unzipped: a function that people wait for, with all its layers."""
