"""A booking against `make run`, from its first mail to its end: nobody waits, because the time is moved."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3
import jwt
import pytest
import requests
from icalendar import Calendar

from local import demo_env, moved_time
from tests.support.booking_hooks import signature_headers
from tests.support.leaks import leaks_in
from tests.support.links import web_client_link
from tests.support.service import Service, running_service
from vocespace.booking_routes import Route, route_key

COMMAND = Path(sys.executable).parent / "vocespace"
HALF_AN_HOUR = 1800
HOUR = 3600
NAMES = ("Ada Unlikely", "Zhang Quiet", "@mail.example")

_LINK = re.compile(r"http://\S+/join/[\w-]{22}")


@dataclass(frozen=True, slots=True)
class Town:
    """Where bookings are made, and followed."""

    service: Service
    sent: list[str] = field(default_factory=list)

    def now(self) -> int:
        """The time there."""
        return int(time.time()) + int(moved_time.path_in(self.service.folder).read_text())

    def advance(self, span: str) -> str:
        """Moves it, as somebody at a terminal does."""
        environment = os.environ | {"LOCAL_DIR": str(self.service.folder)}
        done = subprocess.run(
            [COMMAND, "local", "advance", span], env=environment, check=True, capture_output=True, text=True, timeout=60
        )
        return done.stdout

    def tell(self, happened: str, booking: str, starts_in: int, **more: object) -> None:
        """What a booking system sends."""
        moment = self.now()
        data = {
            "booking_id": booking,
            "title": f"Tour {booking}",
            "starts_at": _text(moment + starts_in),
            "ends_at": _text(moment + starts_in + HALF_AN_HOUR),
            "organizer": {"name": NAMES[0], "email": "ada@mail.example", "tz": "Europe/Berlin"},
            "attendees": [{"name": NAMES[1], "email": "zhang@mail.example", "tz": "Asia/Shanghai"}],
        }
        said = {"type": f"booking.{happened}", "timestamp": _text(moment), "data": data | more}
        self.post("demo", "standard", self.service.values["DEMO_SOURCE_SECRET"], said)

    def post(self, source: str, kind: str, secret: str, said: dict[str, Any]) -> None:
        """A signed webhook."""
        body = json.dumps(said).encode()
        self.sent.append(kind)
        headers = signature_headers(kind, secret, body, now=self.now(), message=f"msg_{len(self.sent)}")
        url = f"{self.service.values['BASE_URL']}/hooks/bookings/{source}"
        answer = requests.post(url, data=body, headers={"content-type": "application/json"} | headers, timeout=30)
        assert answer.status_code == 202

    def links(self, subject: str) -> list[str]:
        """The links in both mails of this subject."""
        return [_LINK.search(line)[0] for line in self.service.lines_with(subject, 2)]  # type: ignore[index]

    def kept(self, line: str, kind: str) -> str:
        """What is kept of a line at the terminal."""
        return (self.service.folder / "outbox" / line.split()[2]).with_suffix(f".{kind}").read_text(encoding="utf-8")

    def entry(self, line: str) -> dict[str, Any]:
        """The one calendar entry of a mail: how it is meant, and what it says."""
        calendar = Calendar.from_ical(self.kept(line, "ics"))
        (event,) = calendar.events
        named = {name: str(event[name]) for name in ("UID", "STATUS") if name in event}
        return {"METHOD": str(calendar["METHOD"]), "SEQUENCE": int(str(event["SEQUENCE"])), **named}


@pytest.fixture(name="town", scope="module")
def _town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with running_service(tmp_path_factory.mktemp("service")) as service:
        yield Town(service)
        assert service.stop() == 0
        assert leaks_in((service.folder / "functions.log").read_text()) == []
        told = service.printed() + (service.folder / "functions.log").read_text()
        assert [name for name in NAMES if name in told] == []
        assert "Traceback" not in told


def _text(moment: int) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _headline(link: str, status: int = 200) -> str:
    page = requests.get(link, timeout=30)
    assert page.status_code == status
    return re.findall(r"<h1>(.*)</h1>", page.text)[0]  # type: ignore[no-any-return]


def test_a_booking_from_its_first_mail_to_its_end(town: Town) -> None:
    """Reminded, opened, let in by the button alone, closed; what scanners do uses nothing up."""
    town.tell("created", "first", 2 * HOUR)
    links = town.links("Your link: Tour first")
    assert len(set(links)) == 2
    for link in links:
        assert _headline(link) == "You are early"
        assert "You are early" in requests.post(link, timeout=30).text

    assert "1 h 1 m ahead" in town.advance("1h1m")
    assert set(town.links("Soon: Tour first")) == set(links)
    town.advance("50m")
    (event,) = town.service.lines_with("Room.Allocated")
    for _ in range(20):
        requests.head(links[0], timeout=30)
        assert _headline(links[0]) == "You can come in"

    arrived = [requests.post(links[0], timeout=30, allow_redirects=False) for _ in range(2)]

    assert [answer.status_code for answer in arrived] == [303, 303]
    details, data = web_client_link(arrived[0].headers["location"])[3:]
    claims = jwt.decode(
        details["participantToken"],
        town.service.values["LIVEKIT_API_SECRET"],
        algorithms=["HS256"],
        options={"verify_exp": False, "verify_nbf": False},
    )
    assert claims["nbf"] == pytest.approx(town.now(), abs=60)
    assert data["room"] == web_client_link(arrived[1].headers["location"])[4]["room"]
    page = requests.get(arrived[0].headers["location"], timeout=30)
    assert page.status_code == 200
    assert "is in my-workspace" in page.text

    town.advance("90m")
    town.service.lines_with("Room.Released")
    assert _headline(links[0], 410) == "This meeting is over"
    assert requests.post(links[0], timeout=30).status_code == 410
    assert json.loads(town.kept(event, "json"))["detail"]["space"] == "my-workspace"


def test_a_moved_booking_keeps_its_links(town: Town) -> None:
    """And its calendar entry: one UID, a later revision."""
    town.tell("created", "moving", HOUR)
    links = town.links("Your link: Tour moving")
    entry = town.entry(town.service.lines_with("Your link: Tour moving")[0])

    town.tell("rescheduled", "moving", 26 * HOUR)

    assert set(town.links("Moved: Tour moving")) == set(links)
    town.advance("1h")
    assert _headline(links[0]) == "You are early"
    moved = [town.entry(line) for line in town.service.lines_with("Moved: Tour moving")]
    (same,) = (each for each in moved if each["UID"] == entry["UID"])
    assert (same["METHOD"], same["SEQUENCE"] > entry["SEQUENCE"]) == ("REQUEST", True)
    town.advance("1d")
    town.advance("55m")
    assert _headline(links[0]) == "You can come in"


def test_a_cancelled_booking_opens_nothing_any_more(town: Town) -> None:
    """And takes its calendar entries back."""
    town.tell("created", "off", HOUR)
    links = town.links("Your link: Tour off")

    town.tell("cancelled", "off", HOUR)

    mails = town.service.lines_with("Cancelled: Tour off", 2)
    assert [town.entry(line)["METHOD"] for line in mails] == ["CANCEL", "CANCEL"]
    assert _headline(links[0], 410) == "Cancelled"
    assert requests.post(links[0], timeout=30).status_code == 410


def test_what_sqs_holds_back_comes_when_the_time_is_moved(town: Town) -> None:
    """For what is due in less than 90 seconds there is no schedule."""
    before = len([line for line in town.service.printed().splitlines() if "Room.Allocated" in line])
    town.tell("created", "near", 680)
    links = town.links("Your link: Tour near")
    assert _headline(links[0]) == "You are early"

    town.advance("90s")

    town.service.lines_with("Room.Allocated", before + 1)
    assert _headline(links[0]) == "You can come in"


def test_a_booking_by_cal_com(town: Town) -> None:
    """Which renames what moves; no calendar entry of ours beside its own."""

    def said(trigger: str, uid: str, starts_in: int, **more: str) -> dict[str, Any]:
        starts_at = town.now() + starts_in
        payload: dict[str, Any] = {
            "uid": uid,
            "title": "Tour cal",
            "type": "30min",
            "iCalUID": "cal-1@Cal.com",
            "startTime": _text(starts_at),
            "endTime": _text(starts_at + HALF_AN_HOUR),
            "organizer": {"id": 5, "name": NAMES[0], "email": "ada@mail.example", "timeZone": "Europe/Berlin"},
            "attendees": [{"name": NAMES[1], "email": "zhang@mail.example", "timeZone": "Asia/Shanghai"}],
        }
        return {"triggerEvent": trigger, "createdAt": _text(town.now()), "payload": payload | more}

    secret = town.service.values["CAL_SOURCE_SECRET"]
    town.post("cal", "cal.com", secret, said("BOOKING_CREATED", "cal-1", HOUR))
    links = town.links("Your link: Tour cal")
    town.post("cal", "cal.com", secret, said("BOOKING_RESCHEDULED", "cal-2", 3 * HOUR, rescheduleUid="cal-1"))

    assert set(town.links("Moved: Tour cal")) == set(links)
    names = [line.split()[2] for line in town.service.lines_with("Tour cal")]
    assert [name for name in names if (town.service.folder / "outbox" / name).with_suffix(".ics").exists()] == []


def test_a_booking_by_the_event_bus(town: Town) -> None:
    """The rule of the template brings it into the queue; nobody has to sign it."""
    starts_at = town.now() + HOUR
    detail = {
        "booking_id": "bus-1",
        "title": "Tour bus",
        "starts_at": _text(starts_at),
        "ends_at": _text(starts_at + HALF_AN_HOUR),
        "organizer": {"name": NAMES[0], "email": "ada@mail.example"},
        "attendees": [{"name": NAMES[1], "email": "zhang@mail.example"}],
    }
    values = town.service.values
    entry = {"Source": "crm", "DetailType": "Booking.Created", "Detail": json.dumps(detail)}

    answer = _client("events", values).put_events(Entries=[entry | {"EventBusName": values["EVENT_BUS"]}])

    assert answer["FailedEntryCount"] == 0
    assert _headline(town.links("Your link: Tour bus")[0]) == "You are early"


def test_a_webhook_of_ours_reaches_an_endpoint_on_this_machine(town: Town) -> None:
    """Signed, and with what happened."""
    with _endpoint() as (url, requests_there):
        secret = town.service.values["DEMO_SOURCE_SECRET"]
        endpoints = {"endpoints": {"mine": {"url": url, "secrets": [secret]}}}
        _client("secretsmanager", town.service.values).put_secret_value(
            SecretId=town.service.values["ENDPOINTS_SECRET_ID"], SecretString=json.dumps(endpoints)
        )
        route = Route(source="demo", event_type="told", platform="demo", space="my-workspace", endpoint="mine")
        table = _resource("dynamodb", town.service.values).Table(town.service.values["TABLE_NAME"])
        table.put_item(Item=route_key("demo", "told") | route.to_wire())

        town.tell("created", "hooked", HOUR, event_type="told")
        town.service.lines_with("JoinLink.Ready")
        deadline = time.monotonic() + 30
        while len(requests_there) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)

    assert [json.loads(body)["type"] for body in requests_there] == ["JoinLink.Ready"] * 2


def test_only_the_owner_reads_what_was_sent(town: Town) -> None:
    """Links and addresses are in there."""
    outbox = town.service.folder / "outbox"
    files = list(outbox.iterdir())

    assert {file.suffix for file in files} == {".eml", ".ics", ".json"}
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert outbox.stat().st_mode & 0o777 == 0o700


def _client(service: str, values: dict[str, str]) -> Any:  # noqa: ANN401 - boto3 has no one type for them
    return _session(values).client(service, endpoint_url=values["AWS_ENDPOINT_URL"])  # type: ignore[call-overload]


def _resource(service: str, values: dict[str, str]) -> Any:  # noqa: ANN401 - as _client
    return _session(values).resource(service, endpoint_url=values["AWS_ENDPOINT_URL"])  # type: ignore[call-overload]


def _session(values: dict[str, str]) -> boto3.Session:
    return boto3.Session(
        values["AWS_ACCESS_KEY_ID"], values["AWS_SECRET_ACCESS_KEY"], region_name=values["AWS_DEFAULT_REGION"]
    )


@contextmanager
def _endpoint() -> Iterator[tuple[str, list[bytes]]]:
    """Somebody's own server: its URL, and the bodies that come in."""
    bodies: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/hook", bodies
        server.shutdown()


def test_the_next_run_begins_with_its_own_time_and_an_empty_outbox(tmp_path: Path) -> None:
    """Nothing of a former run is left."""
    (tmp_path / "outbox").mkdir()
    (tmp_path / "outbox" / "0001.eml").write_text("of yesterday")
    moved_time.path_in(tmp_path).write_text("86400")

    with running_service(tmp_path) as service:
        assert list((tmp_path / "outbox").iterdir()) == []
        assert moved_time.path_in(tmp_path).read_text() == "0\n"
        assert demo_env.read(tmp_path)["LOCAL_CLOCK_FILE"] == str(moved_time.path_in(tmp_path))
        assert service.stop() == 0
