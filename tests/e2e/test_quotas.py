"""Quotas against a table whose conditional writes are atomic: of 64 at once exactly 50 get through."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import boto3
import pytest
import requests

from tests.e2e.conftest import StartService
from tests.support.clock import FakeClock
from tests.support.tables import at_once, real_table
from tests.support.world import DEMO
from vocespace.attributes import to_attributes
from vocespace.errors import QuotaExceededError
from vocespace.quotas import Quotas
from vocespace.registry import platform_items

CALLERS = 64
QUOTA = 50
ROUNDS = 20

LIMITED = DEMO.policy.model_copy(update={"requests_per_minute": QUOTA, "tokens_per_day": QUOTA})


def test_of_64_at_once_exactly_50_get_through(dynamodb_local: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Minute after minute, each told another number of what is left."""
    clock, platform = FakeClock(), DEMO.model_copy(update={"policy": LIMITED})

    with real_table(dynamodb_local, monkeypatch) as table:
        quotas = Quotas(table, clock)

        def take(_: int) -> int | None:
            try:
                allowance = quotas.take_request(platform)
            except QuotaExceededError as refused:
                return -refused.allowance.reset
            assert allowance is not None
            return allowance.remaining

        for _ in range(ROUNDS):
            left = at_once(CALLERS, take)
            assert sorted(each for each in left if each is not None and each >= 0) == list(range(QUOTA))
            assert len([each for each in left if each is not None and each < 0]) == CALLERS - QUOTA
            clock.advance(60)


@pytest.mark.parametrize("table", ["dynamodb", "moto"])
def test_of_64_requests_at_once_exactly_50_get_a_token(
    start_service: StartService, dynamodb_local: str, tmp_path: Path, table: str
) -> None:
    """Over HTTP, through several instances of the function; the others are told when to come back."""
    with start_service(tmp_path, DYNAMODB_URL=dynamodb_local if table == "dynamodb" else "") as values:
        _limit(values, tokens_per_day=QUOTA)
        answers = at_once(CALLERS, lambda number: _ask(values, number))

    assert Counter(answer.status_code for answer in answers) == {201: QUOTA, 429: CALLERS - QUOTA}
    for refused in (answer for answer in answers if answer.status_code == 429):
        assert refused.json()["code"] == "quota_exceeded"
        assert 0 < int(refused.headers["Retry-After"]) <= 86_400
        assert refused.headers["RateLimit-Policy"] == f'"tokensPerDay";q={QUOTA};w=86400'
        assert refused.headers["RateLimit"].startswith('"tokensPerDay";r=0;t=')


def _limit(values: Mapping[str, str], **quotas: int) -> None:
    """Gives the demo platform a quota, before any instance has remembered that it has none."""
    platform = DEMO.model_copy(update={"policy": DEMO.policy.model_copy(update=quotas)})
    client = boto3.client("dynamodb", endpoint_url=values.get("AWS_ENDPOINT_URL_DYNAMODB", values["AWS_ENDPOINT_URL"]))
    client.put_item(TableName=values["TABLE_NAME"], Item=to_attributes(platform_items(platform)[0]))


def _ask(values: Mapping[str, str], number: int) -> requests.Response:
    return requests.post(
        f"{values['BASE_URL']}/api/redirect-url",
        json={"id": f"user_{number}", "username": "Ada", "space": "my-workspace"},
        headers={"Authorization": f"Bearer {values['API_KEY']}"},
        timeout=30,
    )
