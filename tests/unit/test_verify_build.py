"""What `make build` finds wrong with a build, on builds of a few lines each."""

from __future__ import annotations

import compileall
import py_compile
import shutil
import sys
from pathlib import Path

import pytest

from tools.layer_checks import MACHINES, PACKAGE, layer_problems, trees_problems
from tools.verify_build import function_problems, handler_problems

HANDLER = "functions.greet.app.lambda_handler"
JWS = "def parse_compact(text, form):\n    return text\n"
ASYMMETRIC = """
import sys
from pathlib import Path

CRYPTOGRAPHY, FORM = Path(), None


def claims_signed_by(token, jwk):
    sys.path.append(str(CRYPTOGRAPHY / "late"))
    import cryptography

    return {"iss": cryptography.ISSUER}
"""
GOOD = "def lambda_handler(event, context):\n    return {}\n"


@pytest.fixture(name="layer")
def _layer(tmp_path: Path) -> Path:
    # The name of the interpreter tells the tag of its byte code, as the name of a Lambda runtime does.
    layer = tmp_path / "layer" / "python"
    _write(layer / PACKAGE / "__init__.py", "")
    _write(layer / PACKAGE / "links.py", "WORD = 'link'\n")
    _compile(layer)
    return layer


@pytest.fixture(name="source")
def _source(tmp_path: Path) -> Path:
    source = tmp_path / "source"
    _write(source / PACKAGE / "__init__.py", "")
    _write(source / PACKAGE / "links.py", "WORD = 'link'\n")
    _write(source / PACKAGE / "py.typed", "")
    return source


@pytest.fixture(name="interpreter")
def _interpreter(tmp_path: Path) -> str:
    link = tmp_path / f"python{sys.version_info.major}.{sys.version_info.minor}"
    link.symlink_to(sys.executable)
    return str(link)


def test_good_handler_has_no_problems(tmp_path: Path, layer: Path) -> None:
    """A handler that imports cleanly from its artifact and the layer passes."""
    artifact = _artifact(tmp_path, f"import {PACKAGE}.links\n{GOOD}")

    assert handler_problems(sys.executable, artifact, layer, HANDLER) == []


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("import functions.other.app\n" + GOOD, "No module named 'functions.other'"),
        ("import pytest\n" + GOOD, "No module named 'pytest'"),
        ("lambda_handler = None\n", "functions.greet.app.lambda_handler is not callable"),
        ("import socket\nsocket.socket()\n" + GOOD, "socket.__new__ while a handler is imported"),
        (
            "import socket\ntry: socket.getaddrinfo('localhost', 9)\nexcept OSError: pass\n" + GOOD,
            "socket.getaddrinfo was called while the handler was imported",
        ),
        (
            "import botocore.client\nclient = botocore.client.Tables()\n" + GOOD,
            "a client of AWS was built while the handler was imported: Tables",
        ),
    ],
)
def test_handler_that_would_fail_in_lambda_is_named(tmp_path: Path, layer: Path, code: str, problem: str) -> None:
    """Whatever keeps a handler from starting in Lambda, or costs its cold start a connection, is told."""
    _write(layer / "botocore" / "__init__.py", "")
    _write(layer / "botocore" / "client.py", "class BaseClient: pass\nclass Tables(BaseClient): pass\n")

    [found] = handler_problems(sys.executable, _artifact(tmp_path, code), layer, HANDLER)

    assert problem in found


def test_late_import_that_the_layer_lacks_is_named(tmp_path: Path, layer: Path) -> None:
    """A module of the package that no handler imports at first must find its dependencies in the layer too."""
    _write(layer / PACKAGE / "late.py", "import not_in_the_layer\n")

    [found] = handler_problems(sys.executable, _artifact(tmp_path, GOOD), layer, HANDLER)

    assert found == f"{PACKAGE}.late cannot be imported: No module named 'not_in_the_layer'"


def test_artifact_holds_its_package_and_nothing_else(tmp_path: Path) -> None:
    """A file that ships besides the package, and one of the package that does not, are both named."""
    artifact, source = _artifact(tmp_path, GOOD), tmp_path / "functions" / "greet"
    _write(source / "app.py", GOOD)
    _write(source / "page.py", "")
    _write(artifact / "functions" / "greet" / "__pycache__" / "app.cpython-311.pyc", "")

    assert list(function_problems(artifact, source, HANDLER)) == [
        "functions/greet/__pycache__/app.cpython-311.pyc ships and should not",
        "functions/greet/page.py does not ship and should",
    ]


def test_good_layer_has_no_problems(layer: Path, source: Path, interpreter: str) -> None:
    """A layer with the package and the runtime's byte code passes."""
    assert list(layer_problems(layer, source, interpreter)) == []


def test_byte_code_that_the_runtime_would_check_is_named(layer: Path, source: Path, interpreter: str) -> None:
    """Byte code that depends on the time of its source is as good as none: in Lambda that time is another."""
    py_compile.compile(
        str(layer / PACKAGE / "links.py"), invalidation_mode=py_compile.PycInvalidationMode.TIMESTAMP, doraise=True
    )

    assert list(layer_problems(layer, source, interpreter)) == [
        f"{PACKAGE}/links.py has no byte code that the runtime uses as it is"
    ]


def test_services_that_are_called_ship_and_no_others(layer: Path, source: Path, interpreter: str) -> None:
    """Of all those that botocore has a model of."""
    _write(layer / PACKAGE / "links.py", 'def queue(session): return session.create_client("sqs")\n')
    py_compile.compile(
        str(layer / PACKAGE / "links.py"), invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH, doraise=True
    )
    _write(layer / "botocore" / "data" / "ec2" / "service-2.json", "{}")

    assert list(layer_problems(layer, source, interpreter)) == [
        "botocore/data/ec2 ships and should not",
        "botocore/data/sqs does not ship and should",
    ]


def test_stray_file_and_missing_architecture_are_named(layer: Path, source: Path, interpreter: str) -> None:
    """The layer ships no build file, and a compiled module either for both architectures or not at all."""
    tag = f"cpython-{sys.version_info.major}{sys.version_info.minor}"
    _write(layer / "requirements.txt", "")
    _write(layer / "fast" / f"_core.{tag}-x86_64-linux-gnu.so", "")

    assert list(layer_problems(layer, source, interpreter)) == [
        "the layer ships requirements.txt",
        f"fast/_core.{tag}-x86_64-linux-gnu.so is not there for each of aarch64, x86_64",
    ]


def test_good_trees_have_no_problems(tmp_path: Path, interpreter: str) -> None:
    """The same files for both processors, each with its own compiled module, pass."""
    assert list(trees_problems(_trees(tmp_path), interpreter)) == []


def test_what_is_not_there_for_both_processors_is_named(tmp_path: Path, interpreter: str) -> None:
    """A module of one tree only, one without byte code, and one that was compiled for the other processor."""
    trees = _trees(tmp_path)
    _write(trees / "x86_64" / "fast" / "extra.py", "")
    shutil.copy(trees / "x86_64" / "fast" / "_core.abi3.so", trees / "aarch64" / "fast")
    _write(trees.parent / "python" / "fast.py", "")

    assert list(trees_problems(trees, interpreter)) == [
        "the layer ships more than cryptography",
        "fast/extra.py is not there for both of aarch64, x86_64",
        "aarch64/fast/_core.abi3.so is not made for aarch64",
        "fast/extra.py has no byte code that the runtime uses as it is",
    ]


def test_missing_tree_is_named(tmp_path: Path, interpreter: str) -> None:
    """A build for one processor only is no build."""
    trees = _trees(tmp_path)
    shutil.rmtree(trees / "aarch64")

    assert list(trees_problems(trees, interpreter)) == ["cryptography is not there for each of aarch64, x86_64"]


@pytest.mark.parametrize(
    ("code", "problems"),
    [
        (GOOD, []),
        ("import sys\nsys.modules['cryptography'] = sys\n" + GOOD, ["cryptography was imported with the handler"]),
    ],
)
def test_cryptography_comes_late_and_comes(tmp_path: Path, layer: Path, code: str, problems: list[str]) -> None:
    """A handler leaves cryptography alone, and a token is verified once its folder is on the path."""
    late = _verifier(layer, tmp_path, issuer="joe")

    assert handler_problems(sys.executable, _artifact(tmp_path, code), layer, HANDLER, cryptography=late) == problems


def test_cryptography_that_is_not_there_is_named(tmp_path: Path, layer: Path) -> None:
    """A layer without what it is for is told."""
    _verifier(layer, tmp_path, issuer="joe")

    [found] = handler_problems(
        sys.executable, _artifact(tmp_path, GOOD), layer, HANDLER, cryptography=tmp_path / "empty" / "late"
    )

    assert "no token is verified: ModuleNotFoundError" in found


def test_cryptography_that_verifies_wrongly_is_named(tmp_path: Path, layer: Path) -> None:
    """The claims have to be those of the token."""
    late = _verifier(layer, tmp_path, issuer="jane")

    assert handler_problems(sys.executable, _artifact(tmp_path, GOOD), layer, HANDLER, cryptography=late) == [
        "the claims of a token are not its own"
    ]


def _verifier(layer: Path, folder: Path, *, issuer: str) -> Path:
    _write(layer / PACKAGE / "jws.py", JWS)
    _write(layer / PACKAGE / "asymmetric.py", ASYMMETRIC)
    _write(folder / "late" / "cryptography.py", f"ISSUER = {issuer!r}\n")
    return folder / "late"


def _trees(folder: Path) -> Path:
    trees = folder / "layer-of-trees" / "cryptography"
    for machine, number in MACHINES.items():
        _write(trees / machine / "fast" / "__init__.py", "")
        (trees / machine / "fast" / "_core.abi3.so").write_bytes(b"\x7fELF".ljust(18, b"\0") + bytes([number, 0]))
    _compile(trees)
    return trees


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _artifact(folder: Path, code: str) -> Path:
    _write(folder / "artifact" / "functions" / "greet" / "app.py", code)
    return folder / "artifact"


def _compile(folder: Path) -> None:
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    assert compileall.compile_dir(folder, quiet=1, invalidation_mode=mode)
