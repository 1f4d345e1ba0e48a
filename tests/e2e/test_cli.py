"""The installed `vocespace` against `make run`, in the order an operator meets its commands."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt
import pytest
import requests

from tests.support.leaks import leaks_in
from tests.support.service import Service, running_service

COMMAND = Path(sys.executable).parent / "vocespace"
ADD = "platforms add acme --auth acme --identity participant --identity guest --space acme-* --max-ttl 3600"


@dataclass(frozen=True, slots=True)
class Terminal:
    """A shell in some folder, in which the service's folder is known."""

    folder: Path
    cwd: Path

    def run(self, line: str, *more: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Runs a command; what it says on standard error is never a secret."""
        environment = {"PATH": os.environ["PATH"], "LOCAL_DIR": str(self.folder)}
        arguments = [str(COMMAND), *line.split(), *more]
        done = subprocess.run(
            arguments,
            input=stdin,
            capture_output=True,
            text=True,
            env=environment,
            cwd=self.cwd,
            timeout=60,
            check=False,
        )
        assert leaks_in(done.stderr) == []
        assert "Traceback" not in done.stderr
        return done

    def json(self, line: str, *more: str, stdin: str = "", code: int = 0) -> Any:  # noqa: ANN401 - whatever it answers
        """What a command answers with --json."""
        done = self.run(line, *more, "--json", stdin=stdin)
        assert done.returncode == code, done.stderr
        return json.loads(done.stdout)


@pytest.fixture(name="service", scope="module")
def _service(tmp_path_factory: pytest.TempPathFactory) -> Any:  # noqa: ANN401 - a generator, for pytest alone
    with running_service(tmp_path_factory.mktemp("service")) as service:
        yield service


@pytest.fixture(name="terminal")
def _terminal(service: Service, tmp_path: Path) -> Terminal:
    return Terminal(service.folder, tmp_path)


def _sign(values: Mapping[str, str], key: str, space: str = "acme-1") -> requests.Response:
    person = {"id": "u1", "username": "Ada", "space": space, "identity": "participant"}
    headers = {"Authorization": f"Bearer {key}"}
    return requests.post(f"{values['BASE_URL']}/api/redirect-url", json=person, headers=headers, timeout=30)


def test_from_the_first_look_to_the_last(terminal: Terminal, service: Service) -> None:
    """Doctor, a platform, its call, its token looked into, the same person blocked, and the end of it all."""
    values = service.values
    assert terminal.json("doctor")["ok"] is True

    added = terminal.json(ADD)
    signed = _sign(values, added["apiKey"])
    assert signed.status_code == 201
    assert _sign(values, added["apiKey"], space="other").status_code == 403

    told = terminal.json("token inspect", stdin=signed.json()["token"])
    assert (told["verified"], told["platform"]) == (True, "acme")
    assert requests.get(signed.json()["redirectUrl"], timeout=30).status_code == 200

    assert terminal.run("blocks add acme-1 u1 --for 1h --reason test").returncode == 0
    assert requests.get(signed.json()["redirectUrl"], timeout=30).status_code == 403
    refused = terminal.json("token inspect", stdin=signed.json()["redirectUrl"], code=1)
    assert [problem["reason"] for problem in refused["problems"]] == ["person_blocked"]
    assert terminal.run("blocks remove acme-1 u1").returncode == 0

    fresh = terminal.json("keys add acme")
    assert terminal.json(f"keys revoke {fresh['keyId']}")["live"] is False
    # No instance has seen this key alive, so none remembers it.
    assert _sign(values, fresh["apiKey"]).status_code == 401
    assert terminal.run("platforms remove acme").returncode == 1
    assert terminal.json("platforms remove acme --revoke-keys")["revokedKeys"] == 1


def test_a_token_from_the_terminal_lets_somebody_in(terminal: Terminal) -> None:
    """Signed by the same code as the API's, with the deployment's own key."""
    link = terminal.json("token issue --platform demo --id u2 --space room-of-one --identity owner --username Ada")

    page = requests.get(link["redirectUrl"], timeout=30)
    assert page.status_code == 200
    assert "Ada is in room-of-one" in page.text


def test_the_keys_that_tokens_are_signed_with(terminal: Terminal, service: Service) -> None:
    """A platform signs its own, the ring turns, a key is revoked; what was signed by the others goes on holding."""
    terminal.json("platforms add globex --auth globex --identity participant --space globex-*")
    own = terminal.json("platforms keys add globex")
    now = int(time.time())
    person = {"id": "u3", "username": "Ada", "space": "globex-1", "identity": "participant"}
    claims = person | {"iat": now, "exp": now + 600}
    token = jwt.encode(claims, own["secret"], "HS256", headers={"kid": own["kid"]})
    link = f"{service.values['BASE_URL']}/api/connection-details?auth=globex&token={token}"
    assert requests.get(link, timeout=30).status_code == 200

    before = terminal.json("token issue --platform demo --id u4 --space room-of-one --username Ada")
    published = terminal.json("keys rotate")
    assert terminal.run("keys rotate").returncode == 1
    revoked = terminal.json(f"keys rotate --compromised {published['signingKid']} --yes")
    assert revoked["signingKid"] == published["nextKid"]
    after = terminal.json("token issue --platform demo --id u4 --space room-of-one --username Ada")

    held = [
        terminal.json("token inspect", stdin=each, code=code)["problems"]
        for each, code in ((before["token"], 1), (after["token"], 0), (token, 0))
    ]
    assert [[problem["reason"] for problem in each] for each in held] == [["kid_unknown"], [], []]
    assert requests.get(after["redirectUrl"], timeout=30).status_code == 200
    states = {key["kid"]: key["state"] for key in terminal.json("keys ring")["keys"]}
    assert (states[own["kid"]], states[revoked["signingKid"]]) == ("platform", "active")
    assert terminal.json("platforms remove globex --revoke-keys")["removedKids"] == [own["kid"]]
    assert terminal.json("token inspect", stdin=token, code=1)["problems"][0]["reason"] == "kid_unknown"


def test_operators_at_once(dynamodb_local: str, tmp_path: Path) -> None:
    """By real conditional writes: each change happens as a whole or is refused, and none is lost."""
    with running_service(tmp_path, DYNAMODB_URL=dynamodb_local) as service:
        terminal = Terminal(service.folder, tmp_path)
        terminal.json(ADD)
        with ThreadPoolExecutor(6) as pool:
            changes = [
                *pool.map(lambda n: terminal.run(f"platforms set acme --max-ttl {600 + n}").returncode, range(6))
            ]
            keys = [*pool.map(lambda _: terminal.run("keys add acme").returncode, range(3))]

        shown = terminal.json("platforms show acme")
        assert set(changes) <= {0, 1}
        assert keys == [0, 0, 0]
        assert shown["revision"] == changes.count(0) + len(keys)
        assert [each["platform"] for each in terminal.json("platforms list")] == ["acme", "demo"]
        assert len(terminal.json("keys list acme")) == 1 + len(keys)
        assert terminal.run("platforms add acme --auth a --identity guest --space a-*").returncode == 1
        assert terminal.json("platforms remove acme --revoke-keys")["revokedKeys"] == 1 + len(keys)
        assert terminal.run("platforms show acme").returncode == 1


def test_without_a_deployment(terminal: Terminal, tmp_path: Path) -> None:
    """Exit code 3, and what to do."""
    elsewhere = Terminal(tmp_path / "nowhere", tmp_path).run("doctor")

    assert elsewhere.returncode == 3
    assert "make run" in elsewhere.stderr
    assert terminal.run("platforms list").returncode == 0
