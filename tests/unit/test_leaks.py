"""The search of the suite's own output: it finds what was printed, whether or not the test has read it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.leaks import MARKERS, leaks_in
from tests.support.world import SIGNING_SECRET
from vocespace.api_keys import ApiKey
from vocespace.jws import sign

ROOT = Path(__file__).parents[2]

PRINTED = {
    "marker": SIGNING_SECRET,
    "token": sign({"id": "a"}, SIGNING_SECRET.encode()),
    "api key": ApiKey.generate("demo", now=0)[1],
    "e-mail": "ada@mail.example",
    "private key": "-----BEGIN RSA PRIVATE KEY-----",
}


@pytest.mark.parametrize("text", [*PRINTED.values(), *MARKERS])
def test_a_leak_is_found_and_not_repeated(text: str) -> None:
    """In the middle of a line, as a word of ours."""
    (found,) = leaks_in(f"a log line: {text}, and more")

    assert text not in found


@pytest.mark.parametrize("text", ["", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9...", "vsk_<keyId>_<secret>", "a@b"])
def test_what_is_none_is_none(text: str) -> None:
    """The documentation's placeholders among it."""
    assert leaks_in(text) == []


@pytest.mark.parametrize("body", ["print({text!r})", "print({text!r}); capsys.readouterr()"])
def test_a_test_that_prints_one_fails(tmp_path: Path, body: str) -> None:
    """Although it passes."""
    lines = ["def test_good(capsys): print('harmless')"]
    lines += [f"def test_{n}(capsys): {body.format(text=text)}" for n, text in enumerate(PRINTED.values())]
    (tmp_path / "test_it.py").write_text("\n".join(lines))

    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "tests.support.leaks",
        f"--rootdir={tmp_path}",
        str(tmp_path),
    ]
    run = subprocess.run(
        [*command, "-c", "/dev/null", "-p", "no:cacheprovider"],
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'layers' / 'vocespace'}", "PATH": ""},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 1, run.stdout
    assert f"{len(PRINTED)} failed, 1 passed" in run.stdout
