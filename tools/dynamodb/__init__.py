"""DynamoDB Local (`make dynamodb`): a DynamoDB whose conditional writes are atomic, which moto's are not."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
JARS = ROOT / ".dynamodb"
SERVER = Path(__file__).with_name("server.xml")
LEAST_JAVA = 17

_VERSION = re.compile(r'version "(\d+)')


class CannotRunError(Exception):
    """Something that it needs is missing; the message says what, and what to do."""


def command(port: int) -> list[str]:
    """What starts it on this port of 127.0.0.1, in memory.

    Raises:
        CannotRunError: there is no Java for it, or it was not fetched.
    """
    java = shutil.which("java")
    if java is None or _major_version(java) < LEAST_JAVA:
        raise CannotRunError(f"DynamoDB Local needs Java {LEAST_JAVA} or newer")
    if not (JARS / "jars").is_dir():
        raise CannotRunError("DynamoDB Local was not fetched: make dynamodb-jars")
    path = f"{JARS / 'jars'}{os.sep}*"
    options = [f"-Dport={port}", f"-Djava.library.path={JARS / 'native'}", "-cp", path]
    return [java, *options, "org.eclipse.jetty.xml.XmlConfiguration", str(SERVER)]


def _major_version(java: str) -> int:
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    version = _VERSION.search(said)
    return int(version[1]) if version else 0
