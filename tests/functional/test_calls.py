"""Every use of the cost model asks AWS for just what the model says: counted as HTTP requests that arrive at moto.

That is the budget of network calls, too: whoever adds one to a request has to say so in `tools/cost/uses.py`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.stack import ROOT
from tools.cost.measured import Measurements
from tools.cost.model import Assumptions, asked, bill
from tools.cost.stage import Stage, set_stage
from tools.cost.tables import costs, price_list
from tools.cost.uses import BATCH_GET, SECRET, USES, Use, count, total
from vocespace import aws

pytestmark = pytest.mark.usefixtures("socket_enabled")

DOCUMENT = ROOT / "docs" / "cost.md"


@pytest.fixture(name="stage", scope="module")
def _stage() -> Iterator[Stage]:
    with set_stage() as stage:
        yield stage


def _use(name: str) -> Use:
    return next(use for use in USES if use.name == name)


@pytest.mark.parametrize("use", USES, ids=lambda use: use.name)
def test_calls_are_those_of_the_model(stage: Stage, use: Use) -> None:
    """Of the first request of new instances, of the next one, and of those that find something out of date."""
    counted = count(use, stage)
    assert total(counted.first) == use.first
    assert total(counted.later) == use.later
    assert {seconds: total(each) for seconds, each in counted.after.items()} == use.after


def test_a_call_too_many_is_counted(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a secret is read twice, the count is not the model's."""
    use, read = _use("redirect_url"), aws.read_secret

    def twice(secret_id: str) -> str:
        read(secret_id)
        return read(secret_id)

    monkeypatch.setattr(aws, "read_secret", twice)
    stage.start("redirect_url")
    assert total(use.perform(stage))[SECRET] == 2 * use.first[SECRET]


def test_what_is_remembered_longer_is_asked_for_less_often() -> None:
    """At one request a second, one of 6 reads the blocks, one of 61 key and platform, one of 361 the secret."""
    usage = asked(_use("redirect_url"), Assumptions(rate=1, cold=0))
    assert usage[BATCH_GET] == pytest.approx(1 / 6 + 1 / 61)
    assert usage[SECRET] == pytest.approx(1 / 361)


def test_an_instance_that_is_asked_once_asks_for_everything() -> None:
    """The dearest case is that of the first request."""
    use = _use("redeem")
    assert asked(use, Assumptions(rate=0, cold=0)) == pytest.approx(dict(use.first))


def test_a_bill_grows_with_new_instances() -> None:
    """And by nothing else than Lambda and what a first request asks."""
    use, measured = _use("redirect_url"), Measurements.read()
    warm, cold = (bill(use, measured, Assumptions(cold=share)) for share in (0.0, 1.0))
    assert {name for name in warm if cold[name] > warm[name]} == {"Lambda", "DynamoDB", "Secrets Manager"}
    assert sum(cold.values()) > sum(warm.values())


def test_document_has_the_tables() -> None:
    """docs/cost.md says what `python -m tools.cost` prints."""
    text = DOCUMENT.read_text(encoding="utf-8")
    assert costs(Measurements.read(), Assumptions()) in text
    assert price_list() in text
