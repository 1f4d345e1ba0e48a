"""`vocespace local advance`: the time of `make run` is moved, and no other."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.support.clock import NOW


@pytest.fixture(name="file")
def _file(cli: Cli, tmp_path: Path) -> Path:
    file = tmp_path / "clock"
    file.write_text("0\n")
    cli.is_local = True
    cli.variables["LOCAL_CLOCK_FILE"] = str(file)
    return file


@pytest.mark.parametrize(("span", "seconds"), [("10m", 600), ("90s", 90), ("2h", 7200), ("1d", 86_400)])
def test_time_is_moved_by_a_span(cli: Cli, file: Path, span: str, seconds: int) -> None:
    """And only the owner can read by how much."""
    assert cli("local", "advance", span, "--json").json == {"now": NOW + seconds, "aheadSeconds": seconds}
    assert file.read_text() == f"{seconds}\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_spans_add_up(cli: Cli, file: Path) -> None:
    """And a person is told what time it is there."""
    cli("local", "advance", "10m")

    told = cli("local", "advance", "1h30m").out

    assert told == "There it is 2026-11-18 12:46:40 UTC, 1 h 40 m ahead of this machine.\n"
    assert list(file.parent.iterdir()) == [file]


def test_what_is_done_there_is_done_at_the_moved_time(cli: Cli, file: Path) -> None:
    """A block that ends in an hour, a moment after the time was moved by two."""
    file.write_text("7200")

    block = cli("blocks", "add", "my-workspace", "user_12345", "--for", "1h", "--json").json

    assert (block["createdAt"], block["expiresAt"]) == (NOW + 7200, NOW + 10_800)


@pytest.mark.parametrize("span", ["soon", "-10m", "0m", "367d", "9999999w"])
def test_a_span_that_makes_no_sense_moves_nothing(cli: Cli, file: Path, span: str) -> None:
    """It is named."""
    refused = cli("local", "advance", "--json", "--", span)

    assert refused.code == 2
    assert set(refused.fields) == {"SPAN"}
    assert file.read_text() == "0\n"


def test_a_stack_keeps_its_time(cli: Cli, file: Path) -> None:
    """Even where its functions name a file."""
    cli.is_local = False

    assert cli("local", "advance", "10m").code == 2
    assert file.read_text() == "0\n"


def test_a_make_run_of_before_has_no_time_to_move(cli: Cli) -> None:
    """Its values name no file."""
    cli.is_local = True

    assert "make run" in cli("local", "advance", "10m", "--json").error["hint"]


@pytest.mark.parametrize("text", [None, "", "tomorrow"])
def test_without_a_usable_file_nothing_is_moved(cli: Cli, file: Path, text: str | None) -> None:
    """Which is said in our own words."""
    file.unlink()
    if text is not None:
        file.write_text(text)

    refused = cli("local", "advance", "10m", "--json")

    assert refused.code == 3
    assert "cannot be used" in refused.error["message"]
