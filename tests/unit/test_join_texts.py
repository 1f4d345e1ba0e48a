"""What the page says: everything, in both languages, and as text that needs no escaping."""

from __future__ import annotations

import html
import re
from dataclasses import fields
from string import Template

import pytest

from vocespace.errors import (
    FieldError,
    IdentityRefusedError,
    InvalidParametersError,
    NoAgentAvailableError,
    NoEmptyRoomError,
    NotFoundError,
    PersonBlockedError,
    PolicyRefusedError,
    SecretsUnavailableError,
    StoreUnavailableError,
    UnauthorizedError,
    UpstreamFailedError,
    UpstreamTimeoutError,
    VoceSpaceError,
)
from vocespace.join_faces import Face, face_of_error
from vocespace.join_texts import TEXTS, Texts
from vocespace.problem import ERROR_MAP
from vocespace.table import CONFLICT

LANGUAGES = pytest.mark.parametrize("texts", TEXTS.values(), ids=list(TEXTS))


def said(texts: Texts) -> dict[str, str]:
    """Every text of a language, by where it stands."""
    plain = {field.name: getattr(texts, field.name) for field in fields(texts)}
    faces = {
        f"{face.name}.{part}": getattr(words, part)
        for face, words in texts.faces.items()
        for part in ("heading", "lead")
    }
    return {name: text for name, text in plain.items() if isinstance(text, str)} | faces


@LANGUAGES
def test_everything_is_said(texts: Texts) -> None:
    """No look of the page is without words, and no word is missing."""
    assert set(texts.faces) == set(Face)
    assert all(text.strip() for text in said(texts).values())


@LANGUAGES
def test_texts_are_no_markup(texts: Texts) -> None:
    """They stand in the page as they are."""
    assert [text for text in said(texts).values() if html.escape(text, quote=False) != text] == []


def test_languages_have_the_same_gaps() -> None:
    """What is put into one is put into the other."""
    gaps = [
        {name: (Template(text).get_identifiers(), text.count("{}")) for name, text in said(texts).items()}
        for texts in TEXTS.values()
    ]

    assert gaps[0] == gaps[1]
    assert gaps[0]["NO_AGENT.lead"] == (["waiting"], 0)
    assert gaps[0]["opens_in"] == ([], 1)


def test_chinese_is_chinese() -> None:
    """Nothing was left in English, and nothing of the English page in Chinese."""
    for name, text in said(TEXTS["zh"]).items():
        assert name == "language" or re.search("[\u4e00-\u9fff]", text), name
    assert [text for text in said(TEXTS["en"]).values() if re.search("[\u3000-\u9fff\uff00-\uffef]", text)] == []


@pytest.mark.parametrize(
    ("error", "face", "status"),
    [
        (NotFoundError("link"), Face.UNKNOWN, 404),
        (PersonBlockedError("blocked"), Face.BLOCKED, 403),
        (PolicyRefusedError("policy"), Face.REFUSED, 403),
        (IdentityRefusedError("identity"), Face.REFUSED, 403),
        (UnauthorizedError("platform_unknown"), Face.REFUSED, 403),
        (InvalidParametersError(FieldError("id", "is too long")), Face.REFUSED, 403),
        (NoEmptyRoomError("pool"), Face.NO_ROOM, 409),
        (NoAgentAvailableError("none", 3), Face.NO_AGENT, 409),
        (SecretsUnavailableError("signing"), Face.AWAY, 503),
        (StoreUnavailableError("table"), Face.AWAY, 503),
        (StoreUnavailableError(CONFLICT), Face.CROWDED, 429),
        (UpstreamFailedError("refused"), Face.AWAY, 503),
        (UpstreamTimeoutError("slow"), Face.AWAY, 503),
    ],
)
def test_a_refusal_has_a_look(error: VoceSpaceError, face: Face, status: int) -> None:
    """What passes is told from what does not."""
    assert face_of_error(error) is face
    assert face.status == status


def test_every_refusal_of_the_domain_has_one() -> None:
    """Also those that are not expected here."""
    samples = [kind.__new__(kind) for kind in ERROR_MAP]
    for sample in samples:
        sample.reason = "any"

    assert {face_of_error(sample) for sample in samples} <= set(Face)
