"""What `make run` reads from its environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.demo import make_demo
from local.options import ROOT, CannotStartError, LiveKit, Options

NAMES = ("GuestAccess", "VoceSpaceUrl", "LiveKitUrl", "LiveKitApiKey", "LogLevel")


def test_nothing_given_is_a_whole_demo() -> None:
    """The defaults need no decision, and every key is of full length."""
    options = Options.from_environment({}, NAMES)

    assert (options.port, options.folder) == (3000, ROOT / ".local")
    assert options.livekit.url == "ws://127.0.0.1:7880"
    assert not options.livekit.is_short
    assert options.parameters == {
        "GuestAccess": "true",
        "UserAccess": "true",
        "IamAccess": "true",
        "ApiDocs": "true",
        "SigningKeyPlatform": "demo",
        "MailSender": "connect@example.com",
        "LiveKitUrl": "ws://127.0.0.1:7880",
        "LiveKitApiKey": options.livekit.api_key,
    }


def test_two_runs_share_no_key() -> None:
    """Keys are made up anew each time."""
    first, second = (make_demo(LiveKit.from_environment({}), now=1) for _ in range(2))

    assert first.api_key_text != second.api_key_text
    assert first.signing_secret != second.signing_secret
    assert first.livekit_secret != second.livekit_secret


def test_variables_named_like_parameters_override() -> None:
    """Every parameter of the template can be given by its name; other variables are nobody's."""
    given = {"GuestAccess": "false", "VoceSpaceUrl": "https://v.example", "LogLevel": "DEBUG", "HOME": "/"}

    parameters = Options.from_environment(given, NAMES).parameters

    assert {name: parameters.get(name) for name in given} == {**given, "HOME": None}


def test_livekit_variables_win() -> None:
    """LIVEKIT_* decides what the functions get and what demo.env tells."""
    given = {"LIVEKIT_URL": "wss://lk.example", "LIVEKIT_API_KEY": "devkey", "LIVEKIT_API_SECRET": "secret"}

    options = Options.from_environment(given | {"LiveKitUrl": "wss://other.example"}, NAMES)

    assert options.livekit == LiveKit("wss://lk.example", "devkey", "secret")
    assert options.livekit.is_short
    assert options.parameters["LiveKitUrl"] == "wss://lk.example"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"PORT": "http"}, "PORT"),
        ({"PORT": "65536"}, "PORT"),
        ({"PORT": "-1"}, "PORT"),
        ({"PORT": "٣"}, "PORT"),
        ({"LIVEKIT_API_KEY": "devkey"}, "LIVEKIT_API_SECRET"),
        ({"DYNAMODB_URL": "https://dynamodb.eu-central-1.amazonaws.com"}, "DYNAMODB_URL"),
        ({"DYNAMODB_URL": "http://127.0.0.1.example.com:8000"}, "DYNAMODB_URL"),
        ({"DYNAMODB_URL": "http://192.168.1.5:8000"}, "DYNAMODB_URL"),
        ({"SECRETS_MANAGER_URL": "http://192.168.1.5:8001"}, "SECRETS_MANAGER_URL"),
        ({"LIVEKIT_API_SECRET": "not to be told"}, "LIVEKIT_API_KEY"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(given: dict[str, str], words: str) -> None:
    """The message names the variable and tells no secret."""
    with pytest.raises(CannotStartError, match=words) as refusal:
        Options.from_environment(given, NAMES)

    assert "not to be told" not in str(refusal.value)


def test_unusable_livekit_url_is_refused_without_the_secret() -> None:
    """What the functions would refuse at every request is refused before the first."""
    with pytest.raises(CannotStartError, match="LIVEKIT_URL"):
        make_demo(LiveKit("lk.example", "key", "secret"), now=1)


def test_folder_can_be_moved(tmp_path: Path) -> None:
    """LOCAL_DIR keeps two runs apart."""
    assert Options.from_environment({"LOCAL_DIR": str(tmp_path)}, NAMES).folder == tmp_path


@pytest.mark.parametrize("url", ["", "http://127.0.0.1:8000", "http://localhost:8000/", "http://[::1]:8000"])
def test_table_can_be_in_another_dynamodb_of_this_machine(url: str) -> None:
    """DYNAMODB_URL names it; nothing given is moto's."""
    assert Options.from_environment({"DYNAMODB_URL": url}, NAMES).dynamodb_url == url


def test_certificates_of_the_developer_are_handed_on() -> None:
    """SSL_CERT_FILE is the one variable of the developer's own that functions get."""
    assert Options.from_environment({"SSL_CERT_FILE": "/ca.pem"}, NAMES).ca_file == "/ca.pem"
    assert Options.from_environment({}, NAMES).ca_file == ""


def test_demo_can_be_called_by_the_local_role() -> None:
    """Whoever signs with the keys of this machine's AWS calls in the name of the demo platform."""
    demo = make_demo(LiveKit.from_environment({}), now=1)

    assert demo.platform.roles == ("arn:aws:iam::123456789012:role/local-demo",)
