"""Nothing that belongs to a person or a secret leaves by a log line, a metric or an error."""

from __future__ import annotations

import pytest

from tests.support.events import load_event, with_body, with_headers, with_query
from tests.support.world import ACME_SECRET, LIVEKIT_SECRET, SIGNING_SECRET, World

PERSON = "canary-of-a-person@mail.example"
SPACE = "canary-space"


def test_no_log_line_holds_a_secret_or_a_person(world: World, capfd: pytest.CaptureFixture[str]) -> None:
    """Whatever is asked, granted or refused, the log tells of decisions only."""
    key = world.api_keys["demo"]
    token = world.token(id=PERSON, username=PERSON, space=SPACE)
    post = with_body(world.event("connection_details", "post_platform"), id=PERSON, username=PERSON, space=SPACE)
    get = with_query(world.event("connection_details", "get_redirect"), {"auth": "demo", "token": token})
    issue = with_body(
        world.event("livekit_token", "post"),
        participant_identity=PERSON,
        participant_name=PERSON,
        participant_metadata=PERSON,
        participant_attributes={"mail": PERSON},
    )
    query = {"spaceName": SPACE, "participantName": PERSON}
    asked = [
        ("connection_details", post),
        ("connection_details", get),
        ("connection_details", with_query(get, {"auth": "c_s", "token": token})),
        ("connection_details", with_query(get, {"auth": "demo", "token": token + "x"})),
        ("connection_details", with_query(get, query)),
        ("connection_details", with_query(get, query | {"spaceName": "a/b"})),
        ("connection_details", with_body(post, **{PERSON: PERSON})),
        ("connection_details", with_headers(post, authorization=f"Bearer {key}x")),
        ("redirect_url", with_body(world.event("redirect_url", "post_ttl"), id=PERSON, username=PERSON)),
        ("redirect_url", load_event("redirect_url", "post_ttl")),
        ("livekit_token", issue),
        ("livekit_token", with_body(issue, room_config={"metadata": PERSON})),
        ("livekit_token", with_body(issue, participant_attributes={PERSON: 1})),
    ]

    answers = [world.call(*each) for each in asked]
    world.configure(CONNECTION_PROVIDER="vocespace", VOCESPACE_URL="http://127.0.0.1:9")
    answers.append(world.call(*asked[0]))

    assert {answer.status for answer in answers} == {200, 201, 302, 400, 401, 403, 502}
    log = "".join(capfd.readouterr())
    assert '"issued"' in log
    assert '"refused"' in log
    for secret in (SIGNING_SECRET, ACME_SECRET, LIVEKIT_SECRET, key, key.split("_")[2], token, PERSON):
        assert secret not in log
    refusals = "".join(answer.text for answer in answers if answer.status >= 400)
    for secret in (SIGNING_SECRET, LIVEKIT_SECRET, key.split("_")[2], token, SPACE):
        assert secret not in refusals
