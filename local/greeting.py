"""What `make run` prints once it serves: where it is, and a command to paste for each way in."""

from __future__ import annotations

from pathlib import Path
from string import Template

from local.demo import Demo
from local.demo_bookings import CAL_COM, STANDARD, DemoBookings

_CLAIMS = "\"iat\":'$$(date +%s)',\"exp\":'$$(($$(date +%s)+3600))'"

_GUEST_POST = Template(f"""\
As a guest, without a credential (the documentation's Node.js and Python examples):

curl -s -w '\\n' $base_url/api/connection-details \\
  -H 'Content-Type: application/json' \\
  -d '{{"id":"user_12345","username":"Zhang San","space":"my-workspace",{_CLAIMS}}}'
""")

_PLATFORM_POST = Template(f"""\
As a participant, by the platform's API key:

curl -s -w '\\n' $base_url/api/connection-details \\
  -H 'Authorization: Bearer $api_key' \\
  -H 'Content-Type: application/json' \\
  -d '{{"id":"user_12345","username":"Zhang San","space":"my-workspace","identity":"participant",{_CLAIMS}}}'
""")

_REDIRECT = Template("""\
By a link: sign one, then open the redirectUrl of the answer in a browser:

curl -s -w '\\n' $base_url/api/redirect-url \\
  -H 'Authorization: Bearer $api_key' \\
  -H 'Content-Type: application/json' \\
  -d '{"id":"user_12345","username":"Zhang San","space":"my-workspace","identity":"participant","ttlSeconds":3600}'
""")

_LIVEKIT = Template("""\
As a LiveKit client SDK asks (TokenSource.endpoint):

curl -s -w '\\n' $base_url/api/livekit-token \\
  -H 'Authorization: Bearer $api_key' \\
  -H 'Content-Type: application/json' \\
  -d '{"room_name":"my-workspace","participant_name":"Zhang San","participant_attributes":{"identity":"participant"}}'
""")

_GUEST_GET = Template("""\
As VoceSpace's own web client asks for a guest:

curl -s -w '\\n' '$base_url/api/connection-details?spaceName=my-workspace&participantName=Zhang%20San'
""")


def commands(base_url: str, api_key: str, *, guests: bool) -> list[str]:
    """The ways in that are open, each a sentence and a command that a shell takes as it stands."""
    ways = [_PLATFORM_POST, _REDIRECT, _LIVEKIT]
    if guests:
        ways = [_GUEST_POST, *ways, _GUEST_GET]
    return [way.substitute(base_url=base_url, api_key=api_key) for way in ways]


def booking_lines(base_url: str, bookings: DemoBookings) -> list[str]:
    """Where bookings go in, with the secret of each, and how to see in a minute what becomes of one."""
    standard, cal_com = f"{STANDARD} ({bookings.standard_secret})", f"{CAL_COM} ({bookings.cal_com_secret})"
    return [
        f"Bookings come in at {base_url}/hooks/bookings/{standard} and {cal_com};",
        "examples/bookings shows what becomes of one, while vocespace local advance 10m moves the time.",
    ]


def greeting(base_url: str, demo: Demo, *, guests: bool, docs: bool, env_file: Path, log_file: Path) -> str:
    """The text for the terminal."""
    lines = [f"VoceSpace Connect serves {base_url} (Ctrl-C ends it)", ""]
    lines += commands(base_url, demo.api_key_text, guests=guests)
    lines += [*booking_lines(base_url, demo.bookings), ""]
    if docs:
        lines.append(f"The API's description: {base_url}/docs")
    lines += [f"All values of this run:  {env_file}", f"The functions' log:      {log_file}", ""]
    return "\n".join(lines)
