"""Settings: what the environment says, and what it may not say."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from vocespace.settings import Settings, docs_enabled

LEAST = {"TABLE_NAME": "table", "SIGNING_SECRET_ID": "arn:signing"}


def settings(**environment: str) -> Settings:
    """The settings of an environment."""
    return Settings.from_environment(LEAST | environment)


def test_the_defaults_are_the_documented_ones() -> None:
    """Closed to guests, our own LiveKit key, the space as the LiveKit room, a day at most, no short secrets."""
    assert settings().model_dump() == {
        "connection_provider": "livekit",
        "vocespace_url": "",
        "public_base_url": "",
        "guest_access": False,
        "room_mapping": "space",
        "max_ttl_seconds": 86_400,
        "signing_key_platform": "",
        "user_access": False,
        "iam_access": False,
        "audit_event_bus": "",
        "table_name": "table",
        "signing_secret_id": "arn:signing",
        "livekit_secret_id": "",
        "livekit_events_queue_url": "",
        "join_link_secret_id": "",
        "booking_sources_secret_id": "",
        "endpoints_secret_id": "",
        "bookings_queue_url": "",
        "meeting_events_queue_url": "",
        "meeting_events_queue_arn": "",
        "deliveries_queue_url": "",
        "schedule_group": "",
        "schedule_role_arn": "",
        "schedule_dead_letters_arn": "",
        "event_bus": "",
        "mail_sender": "",
        "allow_short_livekit_secret": False,
        "allow_loopback_endpoints": False,
        "secrets_age_faster_by": 1,
        "local_clock_file": "",
    }


def test_every_variable_is_read_as_cloudformation_writes_it() -> None:
    """Texts all of them; variables of others are left alone."""
    read = settings(
        CONNECTION_PROVIDER="vocespace",
        VOCESPACE_URL="https://vocespace.example/app/",
        PUBLIC_BASE_URL="https://api.example",
        GUEST_ACCESS="true",
        ROOM_MAPPING="room",
        MAX_TTL_SECONDS="3600",
        SIGNING_KEY_PLATFORM="demo",
        LIVEKIT_SECRET_ID="arn:livekit",
        ALLOW_SHORT_LIVEKIT_SECRET="true",
        PATH="/usr/bin",
        AWS_SECRET_ACCESS_KEY="of no concern",
    )

    assert (read.connection_provider, read.vocespace_url) == ("vocespace", "https://vocespace.example/app")
    assert (read.public_base_url, read.room_mapping) == ("https://api.example", "room")
    assert (read.guest_access, read.allow_short_livekit_secret, read.max_ttl_seconds) == (True, True, 3600)
    assert (read.signing_key_platform, read.livekit_secret_id) == ("demo", "arn:livekit")
    assert "of no concern" not in repr(read)


@pytest.mark.parametrize("name", list(LEAST))
def test_what_is_needed_must_be_there(name: str) -> None:
    """A function without its table or its secret does not start half."""
    with pytest.raises(ValidationError, match=name.lower()):
        Settings.from_environment({key: value for key, value in LEAST.items() if key != name})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CONNECTION_PROVIDER", "c4n4ry"),
        ("CONNECTION_PROVIDER", ""),
        ("CONNECTION_PROVIDER", "vocespace"),
        ("GUEST_ACCESS", "c4n4ry"),
        ("GUEST_ACCESS", ""),
        ("ROOM_MAPPING", "c4n4ry"),
        ("MAX_TTL_SECONDS", "0"),
        ("MAX_TTL_SECONDS", "-1"),
        ("MAX_TTL_SECONDS", "c4n4ry"),
        *(
            (name, value)
            for name in ("VOCESPACE_URL", "PUBLIC_BASE_URL")
            for value in (
                "c4n4ry.example",
                "http://c4n4ry.example",
                "ftp://c4n4ry.example",
                "javascript:c4n4ry",
                "https://",
                "https:///c4n4ry",
                "https://c4n4ry@host.example",
                "https://user:c4n4ry@host.example",
                "https://host.example/?token=c4n4ry",
                "https://host.example/#c4n4ry",
                "https://[c4n4ry",
                "https://host.example/c4n4ry?",
                "https://host.example/c4n4ry#",
                "https://:c4n4ry@host.example",
                "https://host.example:c4n4ry",
                "https://host.example/c4n4ry\n",
                "https://host.example/c4n4ry b",
                "http://127.0.0.1.c4n4ry.example",
            )
        ),
    ],
)
def test_a_value_that_makes_no_sense_is_named_and_not_told(name: str, value: str) -> None:
    """The log says which variable to mend; what stood there may be a secret in the wrong place."""
    with pytest.raises(ValidationError) as refused:
        settings(**{name: value})
    assert name.lower() in str(refused.value).lower()
    assert "c4n4ry" not in str(refused.value) + repr(refused.value)


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("", ""),
        ("https://host.example", "https://host.example"),
        ("https://host.example/", "https://host.example"),
        ("https://host.example:8443/a/b//", "https://host.example:8443/a/b"),
        ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
        ("http://localhost:3000/", "http://localhost:3000"),
        ("http://[::1]:3000", "http://[::1]:3000"),
    ],
)
def test_a_url_is_an_origin_and_a_path(url: str, kept: str) -> None:
    """Over https, or to this machine; without the slash at its end, since a path follows."""
    assert settings(VOCESPACE_URL=url).vocespace_url == settings(PUBLIC_BASE_URL=url).public_base_url == kept


def test_settings_do_not_change() -> None:
    """What was decided at the start holds for the life of the process."""
    with pytest.raises(ValidationError, match="frozen"):
        settings().guest_access = True  # type: ignore[misc]


@pytest.mark.parametrize(
    ("value", "shown"), [("true", True), ("false", False), ("", False), ("True", False), (None, False)]
)
def test_the_documentation_is_shown_where_that_was_asked_for(value: str | None, shown: bool) -> None:
    """In the one spelling that the template writes; anything else leaves it off."""
    assert docs_enabled({} if value is None else {"API_DOCS": value}) is shown
