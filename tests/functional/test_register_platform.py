"""`python -m tools.register_platform`: how a platform gets into a deployed stack."""

from __future__ import annotations

import pytest

from tests.support.events import with_body, with_headers
from tests.support.world import TABLE, World
from tools.register_platform import main

GLOBEX = ["globex", "--table", TABLE, "--auth", "globex", "--identity", "participant", "--space", "globex-*"]


def test_the_printed_key_works_and_the_policy_holds(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """One command, one key, and the platform can make links for just its own spaces."""
    assert main(GLOBEX) == 0
    key = capsys.readouterr().out.strip()
    event = with_headers(world.event("redirect_url", "post_ttl"), authorization=f"Bearer {key}")

    assert world.call("redirect_url", with_body(event, space="globex-1")).status == 201
    assert world.call("redirect_url", with_body(event, space="acme-1")).status == 403


def test_a_name_is_given_once(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """A second platform of the same name is refused, and the first one keeps its key."""
    assert main(GLOBEX) == 0
    key = capsys.readouterr().out.strip()

    assert main(GLOBEX) == 2
    assert "already" in capsys.readouterr().err
    event = with_headers(world.event("redirect_url", "post_ttl"), authorization=f"Bearer {key}")
    assert world.call("redirect_url", with_body(event, space="globex-1")).status == 201


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (["Globex!", *GLOBEX[1:]], "platform"),
        ([*GLOBEX, "--space", "what?"], "policy.spaces.1"),
        ([*GLOBEX, "--max-ttl", "0"], "policy.maxTtlSeconds"),
        ([*GLOBEX, "--auth", "a b"], "policy.authTypes.1"),
        (["globex", "--table", "elsewhere", *GLOBEX[3:]], "ResourceNotFoundException"),
    ],
)
def test_what_does_not_fit_is_named(arguments: list[str], field: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is written, no key is printed, and the message says what to mend."""
    assert main(arguments) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert field in output.err
