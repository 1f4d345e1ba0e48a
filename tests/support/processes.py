"""Processes as the system lists them."""

from __future__ import annotations

import subprocess


def family_of(root: int) -> dict[int, int]:
    """A process and all below it: the resident memory of each, in KiB, by process id."""
    listed = subprocess.run(["ps", "-axo", "pid=,ppid=,rss="], capture_output=True, text=True, check=True)
    rows = [tuple(map(int, line.split())) for line in listed.stdout.splitlines()]
    family = {root}
    while grown := {pid for pid, parent, _ in rows if parent in family} - family:
        family |= grown
    return {pid: memory for pid, _, memory in rows if pid in family}


def is_alive(pid: int) -> bool:
    """Whether a process exists and has not ended."""
    listed = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return listed.stdout.strip()[:1] not in {"", "Z"}
