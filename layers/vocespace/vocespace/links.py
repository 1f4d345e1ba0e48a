"""The links that carry a person: to whoever redeems the token, and on to VoceSpace's web client."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlencode

from pydantic_core import to_json

from vocespace.admission import Admission
from vocespace.connection_details import ConnectionDetails

CONNECTION_DETAILS_PATH = "/api/connection-details"


def redirect_url_for(base_url: str, auth: str | None, token: str) -> str:
    """The redirect URL: the address that redeems the token."""
    query = {"token": token} if auth is None else {"auth": auth, "token": token}
    return f"{base_url}{CONNECTION_DETAILS_PATH}?{_encoded(query)}"


def web_client_url_for(web_client: str, admission: Admission, details: ConnectionDetails) -> str:
    """The address at which VoceSpace's web client takes a person in.

    It insists on all three of `auth`, `details` and `data`; `data` is the TokenResult without its token.
    """
    data = {"preJoin": False} | admission.person.to_wire()
    query: dict[str, str | bytes] = {
        "auth": admission.link_auth,
        "details": to_json(details.to_wire()),
        "data": to_json(data),
    }
    return f"{web_client}/{quote(admission.person.space, safe='')}?{_encoded(query)}"


def _encoded(query: Mapping[str, str | bytes]) -> str:
    return urlencode(query, quote_via=quote, safe="")
