"""Where `make run` leads the SDKs of its functions."""

from __future__ import annotations

from local.cloud import Cloud

MOTO, DYNAMODB = "http://127.0.0.1:5000", "http://127.0.0.1:8000"


def test_alone_moto_is_everything() -> None:
    """One variable leads there, and nobody else has tables there."""
    cloud = Cloud(MOTO)

    assert cloud.environment == {"AWS_ENDPOINT_URL": MOTO}
    assert not cloud.is_shared


def test_another_dynamodb_takes_the_table_only() -> None:
    """Its own variable wins over the general one, and others may have tables there."""
    cloud = Cloud(MOTO, DYNAMODB)

    assert cloud.environment == {"AWS_ENDPOINT_URL": MOTO, "AWS_ENDPOINT_URL_DYNAMODB": DYNAMODB}
    assert cloud.is_shared
