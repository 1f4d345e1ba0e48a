"""The documented integrations, run as their reader would, against the service that `make run` starts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support import livekit_oracle as oracle
from tests.support.example_runs import (
    EXAMPLES,
    as_documented,
    details_from_node,
    details_from_python,
    run_node,
    run_python,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.e2e.conftest import StartService

ONE_HOUR = 3600
NODE = EXAMPLES / "node" / "connection-details.js"
PYTHON = EXAMPLES / "python" / "connection_details.py"


def run(language: str, file: Path, base_url: str, api_key: str | None = None) -> dict[str, Any]:
    """The connection details that an example printed."""
    if language == "node":
        return details_from_node(run_node(file, base_url, api_key))
    return details_from_python(run_python(file, base_url, api_key))


@pytest.fixture(params=["node", "python"])
def example(request: pytest.FixtureRequest) -> tuple[str, Path]:
    """A language, and the example in it."""
    language: str = request.param
    return language, NODE if language == "node" else PYTHON


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory, start_service: StartService) -> Iterator[Mapping[str, str]]:
    """The service as it is deployed by default: nobody's guests are not let in."""
    with start_service(tmp_path_factory.mktemp("closed"), GuestAccess="false") as values:
        yield values


def test_example_without_a_credential_lets_in_a_guest(example: tuple[str, Path], running: Mapping[str, str]) -> None:
    """With guest access on, whoever asks to be a participant without a credential enters, as a guest."""
    details = run(*example, running["BASE_URL"])

    claims = oracle.verified(details, running)
    assert details["identity"] == "guest"
    assert claims.attributes is not None
    assert claims.attributes["identity"] == "guest"
    assert oracle.granted(claims) == oracle.expected_grants("guest")
    assert claims.identity == "guest_user_12345"
    assert details["permissions"] == {name: name == "viewRoom" for name in details["permissions"]}


def test_example_with_an_api_key_lets_in_what_it_asks_for(
    example: tuple[str, Path], running: Mapping[str, str]
) -> None:
    """With an API key the same example gives the participant it asks for, in the documented space, for an hour."""
    details = run(*example, running["BASE_URL"], running["API_KEY"])

    claims = oracle.verified(details, running)
    assert details["serverUrl"] == running["LIVEKIT_URL"]
    assert (details["identity"], details["space"], details["roomName"]) == (
        "participant",
        "my-workspace",
        "my-workspace",
    )
    assert (claims.identity, claims.name, details["participantName"]) == ("user_12345", "Zhang San", "Zhang San")
    assert claims.video is not None
    assert claims.video.room == "my-workspace"
    assert claims.attributes is not None
    assert (claims.attributes["identity"], claims.attributes["auth"]) == ("participant", "demo")
    assert oracle.granted(claims) == oracle.expected_grants("participant")
    assert not claims.metadata


def test_example_with_an_api_key_gets_the_hour_it_asks_for(
    example: tuple[str, Path], running: Mapping[str, str]
) -> None:
    """The VoceSpace token lives the documented hour, the participant token ten minutes."""
    details = run(*example, running["BASE_URL"], running["API_KEY"])

    issued, expires = oracle.lifetime(details["token"], running["SIGNING_SECRET"])
    assert expires - issued == ONE_HOUR
    assert details["expiresAt"] == expires
    valid_from, valid_until = oracle.lifetime(details["participantToken"], running["LIVEKIT_API_SECRET"])
    assert valid_until - valid_from == oracle.TEN_MINUTES


def test_empty_room_becomes_a_room_of_its_own(running: Mapping[str, str]) -> None:
    """The Node.js example's `$empty` comes back as a concrete room, the same one when the same person asks again."""
    first, second = (run("node", NODE, running["BASE_URL"], running["API_KEY"]) for _ in range(2))

    assert first["room"] == second["room"]
    assert first["room"]
    assert not first["room"].startswith("$")
    claims = oracle.verified(first, running)
    assert claims.attributes is not None
    assert claims.attributes["room"] == first["room"]


@pytest.mark.parametrize(("language", "extension"), [("node", "js"), ("python", "py")])
def test_snippet_of_the_documentation_runs_with_only_the_base_url_changed(
    language: str, extension: str, running: Mapping[str, str], tmp_path: Path
) -> None:
    """The documentation's own text, copied to the letter, gets a guest's connection details from us."""
    snippet = as_documented(language, extension, running["BASE_URL"], tmp_path)

    details = run(language, snippet, running["BASE_URL"])

    assert details["identity"] == "guest"
    assert oracle.granted(oracle.verified(details, running)) == oracle.expected_grants("guest")


def test_examples_need_a_credential_where_guests_are_not_let_in(closed: Mapping[str, str]) -> None:
    """With guest access off, both examples are refused with 401, and say so."""
    assert run_python(PYTHON, closed["BASE_URL"]) == "Request failed: 401\n"
    node = run_node(NODE, closed["BASE_URL"])
    assert node == "Failed to get connection details: Request failed with status code 401\n"


def test_example_with_an_api_key_works_where_guests_are_not_let_in(
    example: tuple[str, Path], closed: Mapping[str, str]
) -> None:
    """With guest access off, the one Authorization header is all that an example needs."""
    details = run(*example, closed["BASE_URL"], closed["API_KEY"])

    assert details["identity"] == "participant"
    assert oracle.granted(oracle.verified(details, closed)) == oracle.expected_grants("participant")


def test_example_with_a_wrong_api_key_is_refused(example: tuple[str, Path], running: Mapping[str, str]) -> None:
    """A credential that does not hold is refused even where nobody's guests are let in."""
    language, file = example
    wrong = running["API_KEY"][:-1] + ("0" if running["API_KEY"][-1] != "0" else "1")

    output = (run_node if language == "node" else run_python)(file, running["BASE_URL"], wrong)

    assert "401" in output
    assert "eyJ" not in output
