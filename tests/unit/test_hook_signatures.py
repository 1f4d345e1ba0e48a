"""Signatures of booking systems: the golden ones hold, and nothing else does."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.booking_hooks import CAL_SECRET, KINDS, SECRETS, SOURCES, signature_headers
from tests.support.clock import NOW, FakeClock
from vocespace.booking_sources import BookingSources, SourceKind
from vocespace.document_cache import SECRET, CachedDocument
from vocespace.errors import UnauthorizedError
from vocespace.hook_signatures import WINDOW, HookSignatures, check_signature

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "booking_hooks.json").read_text(encoding="utf-8")
)["cases"]
BODY = b'{"a": 1}'
KEYS = {source.kind.value: source.mac_keys() for source in BookingSources.from_wire(SOURCES).sources.values()}

golden = pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
names = st.sampled_from(sorted(KINDS))
HEADERS = (
    "x-cal-signature-256",
    "calendly-webhook-signature",
    "webhook-id",
    "webhook-timestamp",
    "webhook-signature",
)


def headers_of(name: str, *, now: int = NOW, body: bytes = BODY) -> dict[str, str]:
    """What a source of the tests puts into the headers."""
    return signature_headers(KINDS[name], SECRETS[name], body, now=now)


def key_of(case: dict[str, Any]) -> tuple[bytes, ...]:
    """The key of a golden case; two are shorter than sources may have them."""
    secret: str = case["secret"]
    encoded = secret.removeprefix("whsec_")
    return (secret.encode() if encoded == secret else base64.b64decode(encoded),)


def reason(
    kind: str, headers: dict[str, str], body: bytes = BODY, *, keys: tuple[bytes, ...] = (), now: float = NOW
) -> str:
    """Why something is not what a source of a kind has sent; "" where it is."""
    try:
        check_signature(SourceKind(kind), keys or KEYS[kind], headers, body, now=now)
    except UnauthorizedError as error:
        return error.reason
    return ""


@golden
def test_the_golden_vectors_hold(case: dict[str, Any]) -> None:
    """Those of the reference, and one of Standard Webhooks' own."""
    assert reason(case["kind"], case["headers"], case["body"].encode(), keys=key_of(case), now=case.get("now", 0)) == ""


@golden
def test_another_body_or_secret_does_not(case: dict[str, Any]) -> None:
    """By one byte."""
    body, now = case["body"].encode(), case.get("now", 0)

    for other in (body + b" ", body[:-1], b"", body.replace(b":", b": ", 1)):
        assert reason(case["kind"], case["headers"], other, keys=key_of(case), now=now) == "hook_signature"
    assert reason(case["kind"], case["headers"], body, keys=(b"another key", b""), now=now) == "hook_signature"


def test_any_of_several_secrets_may_have_signed() -> None:
    """While one takes the place of another."""
    for name, kind in KINDS.items():
        keys = (b"the next one of the source", *KEYS[kind], b"one of long ago")
        assert reason(kind, headers_of(name), keys=keys) == ""


def test_hex_may_be_in_capitals() -> None:
    """As a proxy or a hand may write it."""
    headers = headers_of("cal")

    assert reason("cal.com", {name: value.upper() for name, value in headers.items()}) == ""
    time, _, mac = headers_of("calendly")["calendly-webhook-signature"].partition(",v1=")
    assert reason("calendly", {"calendly-webhook-signature": f"{time},v1={mac.upper()}"}) == ""


@pytest.mark.parametrize(
    "value",
    ["", "no-secret-provided", "sha256=" + "0" * 64, "0" * 63, "0" * 65, "g" * 64, "٠" * 64, "\ud800", "K" * 64],
)
def test_cal_com_without_a_signature(value: str) -> None:
    """Also where Cal.com says that nobody gave it a secret."""
    assert reason("cal.com", {"x-cal-signature-256": value}) == "hook_no_signature"
    assert reason("cal.com", {}) == "hook_no_signature"


def test_cal_com_signs_no_time() -> None:
    """So that there is none to hold it against."""
    assert reason("cal.com", headers_of("cal"), now=NOW + 10**9) == ""


@pytest.mark.parametrize(
    ("header", "why"),
    [
        ("t={t},v1={mac}", ""),
        ("v1={mac},t={t}", ""),
        ("t={t}, v1={mac}", ""),
        ("t={t},v0=00,v1={mac}", ""),
        ("t={t},v1={no},v1={mac}", ""),
        ("t={t},v1={mac},", ""),
        ("t={t},v1={no}", "hook_signature"),
        ("t=0{t},v1={mac}", "hook_signature"),
        ("t={t}", "hook_no_signature"),
        ("v1={mac}", "hook_no_signature"),
        ("t={t},t={t},v1={mac}", "hook_no_signature"),
        ("t= {t},v1={mac}", "hook_no_signature"),
        ("t=+{t},v1={mac}", "hook_no_signature"),
        ("t={t}.0,v1={mac}", "hook_no_signature"),
        ("t=1_{t},v1={mac}", "hook_no_signature"),
        ("t=١,v1={mac}", "hook_no_signature"),
        ("t=9999999999999,v1={mac}", "hook_no_signature"),
        ("t=,v1={mac}", "hook_no_signature"),
        ("{mac}", "hook_no_signature"),
        ("T={t},V1={mac}", "hook_no_signature"),
        ("", "hook_no_signature"),
    ],
)
def test_calendly_s_header_is_read_strictly(header: str, why: str) -> None:
    """A time once, in digits; signatures as many as there are."""
    mac = headers_of("calendly")["calendly-webhook-signature"].partition("v1=")[2]
    value = header.format(t=NOW, mac=mac, no="0" * 64)

    assert reason("calendly", {"calendly-webhook-signature": value}) == why


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"webhook-signature": "v1,{no} v1,{mac}"}, ""),
        ({"webhook-signature": "v1a,{no} v1,{mac} v1a,{mac}"}, ""),
        ({"webhook-signature": "v1,{mac},more"}, "hook_no_signature"),
        ({"webhook-signature": "v1a,{mac}"}, "hook_no_signature"),
        ({"webhook-signature": "v2,{mac}"}, "hook_no_signature"),
        ({"webhook-signature": "{mac}"}, "hook_no_signature"),
        ({"webhook-signature": "v1"}, "hook_no_signature"),
        ({"webhook-signature": "v1,"}, "hook_no_signature"),
        ({"webhook-signature": "v1,{no}"}, "hook_signature"),
        ({"webhook-signature": ""}, "hook_no_signature"),
        ({"webhook-id": "msg_2"}, "hook_signature"),
        ({"webhook-id": ""}, "hook_no_signature"),
        ({"webhook-id": "msg.1"}, "hook_no_signature"),
        ({"webhook-id": "msg 1"}, "hook_no_signature"),
        ({"webhook-id": "msg_é"}, "hook_no_signature"),
        ({"webhook-id": "m" * 257}, "hook_no_signature"),
        ({"webhook-timestamp": "{t}.0"}, "hook_no_signature"),
        ({"webhook-timestamp": "-{t}"}, "hook_no_signature"),
        ({"webhook-timestamp": " {t}"}, "hook_no_signature"),
        ({"webhook-timestamp": "0{t}"}, "hook_signature"),
        ({"webhook-timestamp": "1795000001"}, "hook_signature"),
    ],
)
def test_standard_webhooks_headers_are_read_strictly(changes: dict[str, str], why: str) -> None:
    """An id without a dot, a time in digits, and symmetric signatures as many as there are."""
    headers = headers_of("crm")
    mac = headers["webhook-signature"].removeprefix("v1,")
    headers |= {name: value.format(t=NOW, mac=mac, no="A" * 43 + "=") for name, value in changes.items()}

    assert reason("standard", headers) == why


def test_no_signed_text_can_be_taken_apart_in_two_ways() -> None:
    """`a.1.{}` signed for the message `a` is nothing that could be said of the message `a.1`."""
    mac = base64.b64encode(hmac.digest(KEYS["standard"][0], f"a.{NOW}.{NOW}.x".encode(), hashlib.sha256)).decode()
    headers = {"webhook-timestamp": str(NOW), "webhook-signature": f"v1,{mac}"}

    assert reason("standard", headers | {"webhook-id": "a"}, f"{NOW}.x".encode()) == ""
    assert reason("standard", headers | {"webhook-id": f"a.{NOW}"}, b"x") == "hook_no_signature"


@pytest.mark.parametrize("name", ["calendly", "crm"])
@pytest.mark.parametrize(
    ("age", "why"), [(-WINDOW - 1, "hook_time"), (-WINDOW, ""), (WINDOW, ""), (WINDOW + 1, "hook_time")]
)
def test_old_and_future_ones_are_refused(name: str, age: int, why: str) -> None:
    """Beyond five minutes either way."""
    assert reason(KINDS[name], headers_of(name, now=NOW - age)) == why


@given(names, st.binary(max_size=60), st.data())
def test_no_other_body_passes(name: str, body: bytes, data: st.DataObject) -> None:
    """Whatever it is."""
    other = data.draw(st.binary(max_size=60).filter(lambda each: each != body))
    headers = headers_of(name, body=body)

    assert reason(KINDS[name], headers, body) == ""
    assert reason(KINDS[name], headers, other) == "hook_signature"


@given(names, st.data())
def test_no_signature_passes_that_is_changed_in_a_letter(name: str, data: st.DataObject) -> None:
    """The case of hex aside."""
    headers = headers_of(name)
    header = next(each for each in headers if "signature" in each)
    start = max(headers[header].rfind(mark) for mark in ("v1=", "v1,")) + 3 if name != "cal" else 0
    position = data.draw(st.integers(start, len(headers[header]) - 1))
    letter = data.draw(
        st.characters(max_codepoint=0x7F).filter(lambda each: each.lower() != headers[header][position].lower())
    )
    headers[header] = headers[header][:position] + letter + headers[header][position + 1 :]

    assert reason(KINDS[name], headers) in {"hook_signature", "hook_no_signature"}


@given(
    names,
    st.dictionaries(st.sampled_from(HEADERS), st.text(max_size=100) | st.just(f"t={NOW},v1={'0' * 64}")),
    st.binary(max_size=20),
)
def test_nothing_else_comes_of_it(name: str, headers: dict[str, str], body: bytes) -> None:
    """A refusal, whatever the headers are."""
    assert reason(KINDS[name], headers, body).startswith("hook_")


class Reads:
    """A document of sources that counts how often it is read."""

    def __init__(self) -> None:
        self.text = json.dumps(SOURCES)
        self.count = 0

    def __call__(self) -> str:
        """Reads it."""
        self.count += 1
        return self.text


@pytest.fixture(name="reads")
def _reads() -> Reads:
    return Reads()


@pytest.fixture(name="signatures")
def _signatures(reads: Reads, clock: FakeClock) -> HookSignatures:
    document = CachedDocument(SECRET, "booking_sources", read=reads, parse=BookingSources.parse, clock=clock)
    return HookSignatures(document, clock)


def test_a_source_signs_for_itself_alone(signatures: HookSignatures) -> None:
    """Also where another one's secret is right."""
    for name, kind in KINDS.items():
        assert signatures.verify(name, headers_of(name), BODY) == kind
        for other in KINDS.keys() - {name}:
            with pytest.raises(UnauthorizedError, match="hook_no_signature"):
                signatures.verify(name, headers_of(other), BODY)


@pytest.mark.parametrize("name", ["nobody", "", "bus", "Cal", "cal "])
def test_who_is_not_known_is_refused(signatures: HookSignatures, name: str) -> None:
    """By whatever they sign."""
    everything = {header: value for each in KINDS for header, value in headers_of(each).items()}

    with pytest.raises(UnauthorizedError, match="hook_signature"):
        signatures.verify(name, everything, BODY)


def test_who_is_not_known_is_refused_even_by_the_decoy(signatures: HookSignatures) -> None:
    """What stands in for their secret is in our source, and opens nothing."""
    mac = hmac.new(b"nobody signs with this", BODY, hashlib.sha256).hexdigest()

    with pytest.raises(UnauthorizedError, match="hook_source"):
        signatures.verify("nobody", {"x-cal-signature-256": mac}, BODY)


def test_a_secret_that_was_added_a_moment_ago_is_looked_for(
    signatures: HookSignatures, reads: Reads, clock: FakeClock
) -> None:
    """Once in half a minute, however many come with none."""
    assert signatures.verify("cal", headers_of("cal"), BODY) is SourceKind.CAL_COM
    assert reads.count == 1
    new = "the-next-secret-of-cal-com"
    reads.text = reads.text.replace(CAL_SECRET, new)

    assert signatures.verify("cal", signature_headers("cal.com", new, BODY, now=NOW), BODY) is SourceKind.CAL_COM
    for _ in range(5):
        with pytest.raises(UnauthorizedError):
            signatures.verify("cal", headers_of("cal"), BODY)
    assert reads.count == 2
    clock.advance(31)
    with pytest.raises(UnauthorizedError):
        signatures.verify("cal", headers_of("cal"), BODY)
    assert reads.count == 3
