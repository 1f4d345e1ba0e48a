"""The layers of the build, made once more: elsewhere, later, by somebody else, and byte for byte the same."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support.stack import ROOT
from tools.built import Deployment

BUILD = ROOT / ".aws-sam" / "build"
SOURCES = {
    name: folder for each in ("x86_64", "arm64") for name, folder in Deployment(ROOT, Architecture=each).layers.items()
}
OTHER_DAY, OTHER_UMASK = 86_400, 0o077


@pytest.fixture(name="rebuilt", scope="module")
def _rebuilt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Future[Path]]]:
    # Two at a time: pip waits for the network about as long as it computes.
    with ThreadPoolExecutor(max_workers=2) as pool:
        yield {name: pool.submit(_build, name, tmp_path_factory.mktemp(name)) for name in SOURCES}
        pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("name", SOURCES)
def test_a_layer_that_is_built_again_is_the_same(name: str, rebuilt: Mapping[str, Future[Path]]) -> None:
    """In files, bytes and permissions, whatever the folder, the time, the seed of hashes and the umask are."""
    assert _contents(rebuilt[name].result()) == _contents(BUILD / name)


def _build(name: str, folder: Path) -> Path:
    source, made = folder / "a-copy", folder / "made"
    shutil.copytree(SOURCES[name], source, ignore=shutil.ignore_patterns("__pycache__"))
    for path in source.rglob("*"):
        os.utime(path, (OTHER_DAY, OTHER_DAY))
    made.mkdir()
    environment = os.environ | {"ARTIFACTS_DIR": str(made), "PYTHONHASHSEED": "7", "TZ": "Asia/Kathmandu"}
    make = ["make", f"build-{name}"]
    subprocess.run(make, cwd=source, env=environment, umask=OTHER_UMASK, check=True, capture_output=True)
    return made


def _contents(folder: Path) -> dict[str, tuple[str, str]]:
    return {
        str(path.relative_to(folder)): (oct(path.stat().st_mode), hashlib.sha256(path.read_bytes()).hexdigest())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
