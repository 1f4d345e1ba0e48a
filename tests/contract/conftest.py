"""The contract that these tests hold the code to."""

from __future__ import annotations

import pytest

from tests.contract.contract import Contract


@pytest.fixture(name="contract", scope="session")
def _contract() -> Contract:
    return Contract()
