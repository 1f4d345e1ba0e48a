"""Links: that everything in them is encoded, and can be read again as it was."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given

from tests.support.links import web_client_link
from tests.support.strategies import token_results
from tests.support.world import DEMO
from tests.unit.forge import person
from tests.unit.vectors import naughty_strings
from vocespace.admission import admit, admit_guest
from vocespace.connection_details import ConnectionDetails
from vocespace.links import redirect_url_for, web_client_url_for
from vocespace.token_result import TokenResult

DETAILS = ConnectionDetails(
    server_url="wss://livekit.example", room_name="s", participant_name="Zhang San", participant_token="a.b.c"
)
URL = re.compile(
    r"https://web\.example/[A-Za-z0-9%._~-]+\?auth=[\w.-]+&details=[A-Za-z0-9%._~-]+&data=[A-Za-z0-9%._~-]+"
)


@pytest.mark.parametrize(("auth", "query"), [("demo", "auth=demo&token=a.b-c_d"), (None, "token=a.b-c_d")])
def test_a_redirect_url_carries_the_token(auth: str | None, query: str) -> None:
    """And the auth type where one was named."""
    assert redirect_url_for("https://api.example/stage", auth, "a.b-c_d") == (
        f"https://api.example/stage/api/connection-details?{query}"
    )


def test_no_token_breaks_out_of_its_place() -> None:
    """A VoceSpace server chooses the token that it answers with; what it chooses stays one parameter."""
    for token in naughty_strings():
        url = redirect_url_for("https://web.example", "demo", token)
        assert url.isascii()
        assert not set(url) & set(" \"'<>#\\\r\n")
        query = parse_qs(urlsplit(url).query, keep_blank_values=True, strict_parsing=True)
        assert query == {"auth": ["demo"], "token": [token]}


def test_the_web_client_gets_its_three_parameters() -> None:
    """`auth`, `details` and `data`, as VoceSpace's page reads them; `data` always says whether to pre-join."""
    admission = admit(person(room="stage"), auth="demo", platform=DEMO)

    origin, space, auth, details, data = web_client_link(web_client_url_for("https://web.example", admission, DETAILS))

    assert (origin, space, auth) == ("https://web.example", "my-workspace", "demo")
    assert details == {
        "serverUrl": "wss://livekit.example",
        "roomName": "s",
        "participantName": "Zhang San",
        "participantToken": "a.b.c",
    }
    assert data == admission.person.to_wire() | {"preJoin": False}
    assert "token" not in data


@pytest.mark.parametrize("pre_join", [True, False])
def test_pre_join_is_what_was_said(pre_join: bool) -> None:
    """Where something was."""
    url = web_client_url_for("https://web.example", admit_guest(person(preJoin=pre_join)), DETAILS)

    assert web_client_link(url)[4]["preJoin"] is pre_join


def test_a_guest_of_nobodys_goes_as_guest() -> None:
    """The page insists on an auth type."""
    assert web_client_link(web_client_url_for("https://web.example", admit_guest(person()), DETAILS))[2] == "guest"


@given(token_results())
def test_everybody_arrives_as_they_are(who: TokenResult) -> None:
    """In any script, in a URL of plain ASCII that no name can leave."""
    admission = admit_guest(who)
    url = web_client_url_for("https://web.example", admission, DETAILS)

    assert URL.fullmatch(url)
    _, space, _, _, data = web_client_link(url)
    assert space == who.space
    assert TokenResult.from_wire(data) == admission.person.model_copy(update={"pre_join": bool(who.pre_join)})
