"""The LiveKit key: what is one, and that it is not told."""

from __future__ import annotations

import json

import pytest

from tests.unit.vectors import json_cases, naughty_strings
from vocespace.livekit_key import LiveKitKey, LiveKitKeyError

SECRET = "c4n4ry-livekit-0123456789abcdef0123"
OLD = {"apiKey": "APIold", "apiSecret": SECRET[::-1]}
DOCUMENT: dict[str, object] = {"url": "wss://livekit.example", "apiKey": "APIc4n4ry", "apiSecret": SECRET}

FULL = DOCUMENT | {
    "next": {"apiKey": "APInew", "apiSecret": SECRET.upper()},
    "previous": OLD | {"retireAfter": 1_795_000_000},
    "parentVersion": "version-1",
}


def refusal(document: object, *, allow_short: bool = False) -> str:
    """Why a document is no LiveKit key; nothing of it may be in the text."""
    with pytest.raises(LiveKitKeyError) as refused:
        LiveKitKey.parse(document if isinstance(document, str) else json.dumps(document), allow_short=allow_short)
    assert "c4n4ry" not in str(refused.value) + repr(refused.value)
    assert refused.value.__suppress_context__ or refused.value.__context__ is None
    return str(refused.value)


@pytest.mark.parametrize(
    "url",
    ["wss://a.example", "ws://127.0.0.1:7880", "https://a.example/rtc", "http://localhost:7880", "wss://[::1]:7880"],
)
def test_a_key_belongs_to_a_server(url: str) -> None:
    """By any of the schemes that LiveKit's clients take."""
    key = LiveKitKey.parse(json.dumps(DOCUMENT | {"url": url}))

    assert (key.url, key.api_key, key.secret_bytes(), key.previous) == (url, "APIc4n4ry", SECRET.encode(), None)


def test_the_keys_before_and_after_may_stand_beside_it() -> None:
    """While the server still takes the one, and before the other is put to use."""
    key = LiveKitKey.parse(json.dumps(FULL))

    assert key.previous is not None
    assert key.next is not None
    assert [pair.api_key for pair in key.pairs()] == ["APIc4n4ry", "APInew", "APIold"]
    assert key.previous.retire_after == 1_795_000_000
    assert key.parent_version == "version-1"


@pytest.mark.parametrize("document", [DOCUMENT, FULL, FULL | {"previous": OLD}])
def test_a_key_is_written_as_it_was_read(document: dict[str, object]) -> None:
    """With its secrets: the text is the secret's."""
    text = LiveKitKey.parse(json.dumps(document)).to_text()

    assert json.loads(text) == document


@pytest.mark.parametrize("place", ["next", "previous"])
def test_every_pair_is_held_to_the_same_rules(place: str) -> None:
    """Long enough, of the right kind, and sharing nothing with another."""
    assert "shorter than 32 bytes" in refusal(DOCUMENT | {place: OLD | {"apiSecret": "c4n4ry"}})
    assert "not an HMAC secret" in refusal(
        DOCUMENT | {place: OLD | {"apiSecret": "ssh-rsa c4n4ryAAAAC3NzaC1lZDI1NTE5"}}
    )
    assert "share their name" in refusal(DOCUMENT | {place: OLD | {"apiKey": "APIc4n4ry"}})
    assert "or their secret" in refusal(DOCUMENT | {place: OLD | {"apiSecret": SECRET}})


@pytest.mark.parametrize(
    "change",
    [
        {"url": ""},
        {"url": "livekit.example"},
        {"url": "ftp://livekit.example"},
        {"url": "wss://"},
        {"url": "wss://user:c4n4ry@livekit.example"},
        {"url": "wss://livekit.example/?token=c4n4ry"},
        {"url": "wss://livekit.example/#c4n4ry"},
        {"url": "wss://live kit.example"},
        {"url": "wss://livekit.example\n"},
        {"url": 7},
        {"apiKey": ""},
        {"apiKey": "c4n4ry" * 50},
        {"apiKey": None},
        {"apiSecret": None},
        {"apiSecret": 7},
        {"previous": {}},
        {"previous": OLD | {"retireAfter": 0}},
        {"next": OLD | {"retireAfter": 1_795_000_000}},
        {"next": None, "parentVersion": ""},
        {"previous": {"apiKey": "APIold", "apiSecret": "c4n4ry", "url": "wss://a"}},
        {"c4n4ry": 1},
    ],
)
def test_what_is_not_complete_and_plain_is_no_key(change: dict[str, object]) -> None:
    """Nor is what holds more than was asked for."""
    assert refusal(DOCUMENT | change) == "the LiveKit key is malformed"


def test_a_short_secret_is_for_development_only() -> None:
    """LiveKit's own `secret` of `--dev` is taken only where that was asked for; an empty one nowhere."""
    short = DOCUMENT | {"apiSecret": "secret"}

    assert LiveKitKey.parse(json.dumps(short), allow_short=True).secret_bytes() == b"secret"
    assert "shorter than 32 bytes" in refusal(short)
    assert "shorter than 32 bytes" in refusal(DOCUMENT | {"apiSecret": "c4n4ry" + "x" * 25})
    assert "not an HMAC secret" in refusal(DOCUMENT | {"apiSecret": ""}, allow_short=True)


@pytest.mark.parametrize(
    "secret",
    [
        "-----BEGIN PUBLIC KEY-----\nc4n4ry\n-----END PUBLIC KEY-----\n",
        "ssh-rsa c4n4ryAAAAC3NzaC1lZDI1NTE5AAAAI",
        '{"kty":"oct","k":"c4n4ryAAAAAAAAAAAAAAAA"}',
    ],
)
def test_a_secret_of_another_kind_is_found_out_before_it_signs(secret: str) -> None:
    """PyJWT would refuse it at the first participant token, with an exception that nobody expects."""
    assert "not an HMAC secret" in refusal(DOCUMENT | {"apiSecret": secret})


def test_nothing_else_is_a_key() -> None:
    """No file of the JSON suite, no naughty string, no list and no text."""
    for text in [*naughty_strings(), *(data.decode("latin-1") for data in json_cases().values())]:
        refusal(text)
    documents: list[object] = [[DOCUMENT], "c4n4ry", None, 7, {}]
    for document in documents:
        refusal(document)


def test_a_key_does_not_show_its_secret() -> None:
    """Not printed, not formatted, not as JSON."""
    key = LiveKitKey.parse(json.dumps(DOCUMENT | {"previous": OLD}))
    shown = f"{key!r} {key} {key.to_wire()} {key.model_dump_json()} {key.previous!r}"

    assert SECRET not in shown
    assert SECRET[::-1] not in shown
