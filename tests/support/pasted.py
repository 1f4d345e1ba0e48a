"""The commands of a README, pasted into one shell in their order, each held against what stands below it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(r"^```console\n(.*?)^```", re.DOTALL | re.MULTILINE)
_DONE = "--- done ---"


@dataclass(frozen=True, slots=True)
class Command:
    """A command, and the lines that are shown below it; `…` in them stands for anything."""

    text: str
    shown: tuple[str, ...]

    def fits(self, printed: str) -> bool:
        """Whether it printed what is shown."""
        wanted = "\n".join(".*".join(map(re.escape, line.split("…"))) for line in self.shown)
        return re.fullmatch(wanted, printed) is not None


def commands_of(readme: Path) -> Iterator[Command]:
    """Yields every command of a README, but those that start the service."""
    for block in _BLOCK.findall(readme.read_text(encoding="utf-8")):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            text, *shown = part.rstrip("\n").split("\n")
            if text != "make run":
                yield Command(text, tuple(shown))


def paste(commands: Iterator[Command], folder: Path, environment: dict[str, str], settle: Callable[[], None]) -> None:
    """Runs commands in one shell, and waits after each until everything has settled.

    Raises:
        AssertionError: one prints something else than is shown.
    """
    with subprocess.Popen(
        ["sh"], cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as shell:
        assert shell.stdin is not None
        assert shell.stdout is not None
        for command in commands:
            shell.stdin.write(f"{command.text}\necho '{_DONE}'\n")
            shell.stdin.flush()
            lines = list(iter(shell.stdout.readline, f"{_DONE}\n"))
            printed = "".join(lines).rstrip("\n")
            assert command.fits(printed), f"$ {command.text}\n{printed}"
            settle()
        shell.stdin.close()
