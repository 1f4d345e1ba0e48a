"""What starts DynamoDB Local, and what is said where it cannot start."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import dynamodb
from tools.dynamodb import CannotRunError, command


@pytest.fixture(name="java")
def _java(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    java = tmp_path / "java"
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(dynamodb, "JARS", tmp_path)
    (tmp_path / "jars").mkdir()
    return java


def _says(java: Path, version: str) -> None:
    java.write_text(f"#!/bin/sh\necho '{version}' >&2\n", encoding="utf-8")
    java.chmod(0o700)


@pytest.mark.parametrize("version", ['openjdk version "17.0.15" 2025-04-15', 'java version "21" 2023-09-19'])
def test_command_names_the_port_and_no_interface(java: Path, version: str) -> None:
    """The port is a property that server.xml reads; the interface stands there, and is loopback."""
    _says(java, version)

    words = command(8123)

    assert words[0] == str(java)
    assert "-Dport=8123" in words
    assert '<Set name="host">127.0.0.1</Set>' in Path(words[-1]).read_text(encoding="utf-8")


@pytest.mark.parametrize("version", ['openjdk version "11.0.2" 2019-01-15', 'java version "1.8.0_281"', "what?"])
def test_old_java_is_said(java: Path, version: str) -> None:
    """It would fail with the number of a class file format."""
    _says(java, version)

    with pytest.raises(CannotRunError, match="needs Java 17"):
        command(8000)


def test_missing_java_is_said(java: Path) -> None:
    """Nothing is on the path."""
    assert not java.exists()
    with pytest.raises(CannotRunError, match="needs Java 17"):
        command(8000)


def test_missing_jars_are_said(java: Path, tmp_path: Path) -> None:
    """The message names the target that fetches them."""
    _says(java, 'openjdk version "17.0.15"')
    (tmp_path / "jars").rmdir()

    with pytest.raises(CannotRunError, match="make dynamodb-jars"):
        command(8000)
