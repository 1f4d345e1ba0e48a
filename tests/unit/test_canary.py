"""Nothing leaks: markers for secrets and people go in everywhere, and come out in no error, text or log line."""

from __future__ import annotations

import contextlib
import json
import traceback
from collections.abc import Callable

import pytest

from tests.support.clock import NOW, FakeClock
from tests.support.world import DEMO, KID
from tests.unit.forge import HEADER, claims, forged, person, ring, tokens_of
from tests.unit.items import Items
from tests.unit.secret_reader import Reader
from vocespace import audit, document_cache, observability
from vocespace.admission import admit
from vocespace.api_keys import ApiKey
from vocespace.audit import Auditor
from vocespace.callers import Credentials
from vocespace.errors import SecretsUnavailableError, UnauthorizedError, VoceSpaceError
from vocespace.key_ring import KeyRing
from vocespace.livekit_key import LiveKitKey
from vocespace.registry import platform_items
from vocespace.request_body import json_object, read_request
from vocespace.settings import Settings
from vocespace.token_result import ConnectionRequest, TokenResult

MARK = "c4n4ry"
SECRET = f"{MARK}-secret-0123456789abcdef0123456789"
KEY = SECRET.encode()
RING = ring({"kid": KID, "secret": SECRET})
AUDITOR = Auditor("livekit", None)
LIVEKIT = {"url": "wss://livekit.example", "apiKey": "API", "apiSecret": SECRET}


def _parse_ring(document: object) -> Callable[[], object]:
    return lambda: KeyRing.parse(document if isinstance(document, str) else json.dumps(document))


def _parse_livekit(document: object) -> Callable[[], object]:
    return lambda: LiveKitKey.parse(document if isinstance(document, str) else json.dumps(document))


def _verify(**changes: object) -> Callable[[], object]:
    return lambda: tokens_of(RING).verify(forged(HEADER, claims(**changes), key=KEY))


def _call(authorization: str | None, api_key: str | None) -> Callable[[], object]:
    items = Items()
    return lambda: items.callers(FakeClock()).caller_of(Credentials(authorization, api_key))


def _registry(**changes: object) -> Callable[[], object]:
    items = Items()
    items.put(platform_items(DEMO)[0] | changes)
    return lambda: items.registry(FakeClock()).platform("demo")


FAULTS: dict[str, Callable[[], object]] = {
    "ring: text": _parse_ring(SECRET),
    "ring: short": _parse_ring({"kid": "a", "secret": MARK}),
    "ring: list": _parse_ring([RING]),
    "ring: cut off": _parse_ring(json.dumps(RING)[:-2]),
    "ring: duplicate": _parse_ring(f'{{"secret": "{SECRET}", "secret": "{SECRET}"}}'),
    "ring: twins": _parse_ring(ring({"kid": "a", "secret": SECRET}, {"kid": "b", "secret": SECRET}, signing_kid="a")),
    "ring: PEM": _parse_ring({"kid": "a", "secret": f"-----BEGIN {SECRET}"}),
    "ring: wrong place": _parse_ring({"keys": SECRET, "signingKid": SECRET}),
    "ring: wrong type": _parse_ring(ring({"kid": "a", "secret": [SECRET]}, signing_kid="a")),
    "livekit: text": _parse_livekit(SECRET),
    "livekit: URL": _parse_livekit(LIVEKIT | {"url": f"wss://user:{SECRET}@a"}),
    "livekit: cut off": _parse_livekit(json.dumps(LIVEKIT)[:-2]),
    "livekit: PEM": _parse_livekit(
        LIVEKIT | {"apiSecret": f"-----BEGIN PUBLIC KEY-----\n{SECRET}\n-----END PUBLIC KEY-----"}
    ),
    "token: text": lambda: tokens_of(RING).verify(SECRET),
    "token: name": _verify(username=f"{MARK}\n"),
    "token: space": _verify(space=f"{MARK}/"),
    "token: id": _verify(id=MARK * 30),
    "token: identity": _verify(identity=MARK),
    "token: avatar": _verify(avatar=f"http://{MARK}"),
    "token: platform": _verify(platform=MARK * 30),
    "token: time": _verify(exp=MARK),
    "token: kid": lambda: tokens_of(RING).verify(forged(HEADER | {"kid": MARK}, key=KEY)),
    "token: alg": lambda: tokens_of(RING).verify(forged(HEADER | {"alg": MARK}, key=KEY)),
    "body: text": lambda: json_object(SECRET, is_base64=False, headers={"content-type": "application/json"}),
    "body: type": lambda: json_object("{}", is_base64=False, headers={"content-type": SECRET}),
    "body: name": lambda: read_request(TokenResult, claims(username=f"{MARK}\n")),
    "body: everything": lambda: read_request(ConnectionRequest, dict.fromkeys([*claims(), "auth"], (SECRET,))),
    "policy": lambda: admit(person(room=MARK, space=MARK), auth=MARK, platform=DEMO),
    "identity": lambda: admit(person(identity="owner", username=MARK), auth="c_s", platform=DEMO),
    "caller: text": _call(SECRET, None),
    "caller: form": _call(f"Bearer {SECRET}", None),
    "caller: two": _call(f"Bearer {SECRET}", f"{SECRET}2"),
    "registry: policy": _registry(policy=SECRET),
    "registry: unknown": _registry(createdAt=SECRET),
    "settings: provider": lambda: Settings(table_name="t", signing_secret_id="s", connection_provider=SECRET),  # type: ignore[arg-type]
    "settings: URL": lambda: Settings(table_name="t", signing_secret_id="s", vocespace_url=f"http://{SECRET}"),
    "settings: missing": lambda: Settings.from_environment({"SIGNING_SECRET_ID": SECRET}),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=list(FAULTS))
def test_an_error_does_not_tell_what_it_was_about(fault: Callable[[], object]) -> None:
    """Neither its text nor its traceback, and what is logged of it even less."""
    with pytest.raises((ValueError, VoceSpaceError)) as raised:
        fault()

    # Lines of this file stand in a traceback, and the markers are there by name only.
    assert MARK not in "".join(traceback.format_exception(raised.value))
    assert MARK not in repr(raised.value) + str(raised.value.args)


def test_what_holds_secrets_does_not_show_them() -> None:
    """However it is printed."""
    clock = FakeClock()
    stored, text = ApiKey.generate("demo", now=NOW)
    keys = KeyRing.parse(json.dumps(RING))
    cached = document_cache.CachedDocument(
        document_cache.SECRET, "signing", read=lambda: json.dumps(RING), parse=KeyRing.parse, clock=clock
    )
    cached.value()
    holders = [keys, keys.signing_key(), LiveKitKey.parse(json.dumps(LIVEKIT)), cached, tokens_of(RING), vars(cached)]

    assert MARK not in "".join(f"{each!r} {each}" for each in holders)
    assert text[-64:] not in f"{stored!r} {stored} {stored.to_wire()}"


def test_no_log_line_tells_a_secret_or_a_person(capsys: pytest.CaptureFixture[str]) -> None:
    """Refreshes, failures, refusals and decisions are told of without what they were about."""
    clock = FakeClock()
    reader = Reader(json.dumps(RING))
    cached = document_cache.CachedDocument(
        document_cache.SECRET, "signing", read=reader.read, parse=KeyRing.parse, clock=clock
    )
    cached.value()
    for answer in (json.dumps(RING), SECRET, json.dumps({"kid": MARK, "secret": MARK})):
        reader.answer = answer
        clock.advance(400)
        cached.value()
    reader.fail()
    clock.advance(3600)
    with contextlib.suppress(SecretsUnavailableError):
        cached.value()
    for fault in FAULTS.values():
        _report(fault)
    audit.note_token(SECRET, kid="k", jti="j")
    AUDITOR.issued("link")

    told = capsys.readouterr()
    for line in ("secret unreadable", "malformed", "ThrottlingException", "SecretStale", "SecretAgeSeconds", "refused"):
        assert line in told.out
    for line in ("failed", "KeyRingError", "LiveKitKeyError", "ValidationError", "TokenIssued", "TokenRefused"):
        assert line in told.out
    assert MARK not in told.out + told.err


def _report(fault: Callable[[], object]) -> None:
    """Tells of an error as the API does."""
    try:
        fault()
    except UnauthorizedError as error:
        AUDITOR.refused(error)
    except Exception as error:  # noqa: BLE001 - as the API's own last handler
        observability.failed(error)
