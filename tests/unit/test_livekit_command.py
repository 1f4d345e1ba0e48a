"""What starts LiveKit's server and what builds it, and what is said where neither can be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools import livekit
from tools.livekit import CannotRunError, LiveKit, build, server

PARTS = {"module": f"{build.MODULE}@{livekit.VERSION}", "sum": build.SUM}
GO = """#!/bin/sh
case "$1 $2" in
"env GOVERSION") echo {version} ;;
"mod download") echo '{{"Sum": "{sum}", "Dir": "{folder}"}}'; test "$4" = {module} ;;
"build "*)
  echo "$GOFLAGS" "$PWD" >"$4"
  /bin/chmod 700 "$4"
  echo 'first line' >&2
  echo 'no space left' >&2
  exit {exit} ;;
esac
"""


@pytest.fixture(name="folder")
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on PATH, and where the server is built into."""
    monkeypatch.setenv("PATH", str(tmp_path))
    for module in (livekit, build):
        monkeypatch.setattr(module, "FOLDER", tmp_path / "built")
        monkeypatch.setattr(module, "BUILT", tmp_path / "built" / "livekit-server-v1")
    return tmp_path


def _program(file: Path, text: str = "") -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
    file.chmod(0o700)


def _go(folder: Path, version: str = "go1.26.8", **changes: object) -> None:
    values = PARTS | {"version": version, "folder": folder, "exit": 0} | changes
    _program(folder / "go", GO.format_map(values))


def test_it_stays_on_loopback() -> None:
    """No interface but 127.0.0.1 has a port of it, and nobody is told to ask a public STUN server."""
    chosen = LiveKit(port=7881, udp_port=7882)

    configuration = json.loads(chosen.environment["LIVEKIT_CONFIG"])

    assert chosen.environment.keys() == {"PATH", "LIVEKIT_CONFIG"}
    assert (configuration["port"], configuration["bind_addresses"]) == (7881, ["127.0.0.1"])
    rtc = configuration["rtc"]
    assert (rtc["udp_port"], rtc["tcp_port"], rtc["node_ip"]) == (7882, 0, "127.0.0.1")
    assert rtc["ips"] == {"includes": ["127.0.0.1/32"]}
    assert rtc["use_external_ip"] is False
    # A client takes whatever comes from its STUN server for an answer to itself.
    assert rtc["stun_servers"] == ["127.0.0.1:9"]


def test_it_tells_whoever_is_named_who_comes_and_goes() -> None:
    """By webhooks that its own key signs, and of nothing else; where nobody is named it tells nobody."""
    url = "http://127.0.0.1:3000/hooks/livekit"
    telling, silent = LiveKit(7881, 7882, webhook_url=url), LiveKit(7881, 7882)

    [told, untold] = [json.loads(each.environment["LIVEKIT_CONFIG"])["webhook"] for each in (telling, silent)]

    assert (told["api_key"], told["urls"], untold["urls"]) == (telling.api_key, [url], [])
    assert told["filter_params"]["include_events"] == [
        "room_started",
        "room_finished",
        "participant_joined",
        "participant_left",
        "participant_connection_aborted",
    ]


def test_each_has_a_key_of_its_own() -> None:
    """Of full length, and the one that the variables tell."""
    first, second = LiveKit(port=7880, udp_port=7882), LiveKit(port=7880, udp_port=7882)

    assert first.api_secret != second.api_secret
    assert len(first.api_secret) == 64
    assert json.loads(first.environment["LIVEKIT_CONFIG"])["keys"] == {first.api_key: first.api_secret}
    assert first.variables == {
        "LIVEKIT_URL": "ws://127.0.0.1:7880",
        "LIVEKIT_API_KEY": first.api_key,
        "LIVEKIT_API_SECRET": first.api_secret,
    }


def test_the_one_on_path_comes_first(folder: Path) -> None:
    """Then the one that was built."""
    with pytest.raises(CannotRunError, match="make livekit-server"):
        server()
    _program(folder / "built" / "livekit-server-v1")
    assert server() == str(folder / "built" / "livekit-server-v1")
    _program(folder / "livekit-server")
    assert server() == str(folder / "livekit-server")


@pytest.mark.parametrize("version", ["go1.20.14", "go1.19", "devel"])
def test_old_go_is_said(folder: Path, version: str) -> None:
    """It could not fetch the Go that the module asks for."""
    _go(folder, version)
    with pytest.raises(CannotRunError, match=r"needs Go 1\.21 or newer"):
        build.build()


def test_missing_go_is_said(folder: Path) -> None:
    """In one line, at the terminal."""
    assert not (folder / "go").exists()
    with pytest.raises(SystemExit, match=r"^livekit-server is not on PATH, and to build it needs Go 1\.21 or newer$"):
        build.main()


def test_it_is_built_in_the_folder_of_the_module(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With flags of ours alone; and once."""
    monkeypatch.setenv("GOFLAGS", "-mod=mod")
    _go(folder)

    build.main()

    assert (folder / "built" / "livekit-server-v1").read_text() == f"-mod=readonly -trimpath {folder}\n"
    (folder / "go").unlink()
    build.main()


def test_another_module_than_the_pinned_one_is_refused(folder: Path) -> None:
    """Whoever served it."""
    _go(folder, sum="h1:other")
    with pytest.raises(CannotRunError, match="checksum differs"):
        build.build()


def test_a_build_that_fails_leaves_nothing(folder: Path) -> None:
    """And says the last thing that Go said."""
    _go(folder, exit=1)
    with pytest.raises(CannotRunError, match=r"^livekit-server was not built: no space left$"):
        build.build()
    assert list((folder / "built").iterdir()) == []
