"""`/join/{code}`: the page behind a join link, its entry for the calendar, and the way in."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from vocespace import livekit_provider, meeting_parts, observability, room_parts  # noqa: F401 - Lambda lends an import a whole processor, and a request a share of one
from vocespace.accept_language import preferred_language
from vocespace.api import Api
from vocespace.container import container
from vocespace.errors import NotFoundError, VoceSpaceError
from vocespace.http_response import HttpResponse, document, redirect
from vocespace.invitations import LinkState
from vocespace.join_answers import CALENDAR_ENTRY, JoinAnswers
from vocespace.join_links import JOIN_PATH, code_digest, join_url
from vocespace.join_texts import TEXTS
from vocespace.joining import Looked

_PAGE = f"{JOIN_PATH}/{{code}}"
_COOKIE_SECONDS = 366 * 86_400

api = Api(lambda: container().auditor)


# Mail scanners open every link with both, some a thousand times: neither changes anything, nor sets a cookie.
@api.route("GET", _PAGE)
@api.route("HEAD", _PAGE)
def show_page() -> HttpResponse:
    """Shows what is behind the link."""
    return _answers().looked(_looked())


@api.route("GET", f"{_PAGE}/calendar.ics")
def get_calendar_entry() -> HttpResponse:
    """The meeting, for the calendar."""
    looked = _looked()
    if looked.state not in {LinkState.EARLY, LinkState.OPEN}:
        return _answers().looked(looked)
    if looked.invitation.starts_at is None:
        # No calendar has a place for it, and to say that the link is unknown would be wrong.
        return redirect(f"../{_code()}", HTTPStatus.SEE_OTHER)
    # Imported here, because nobody else should pay for it.
    from vocespace.calendars import calendar_entry

    parts = container()
    url = join_url(api.origin(parts.settings.public_base_url), _code())
    entry = calendar_entry(looked.invitation, url, parts.clock.time())
    return document(HTTPStatus.OK, entry.decode(), CALENDAR_ENTRY)


@api.route("POST", _PAGE)
def enter() -> HttpResponse:
    """Lets in whom the link is for, and sends them on; whatever the body holds, nobody reads it."""
    parts = container()
    entered = parts.meetings.joining.enter(_code(), _visitor(), api.origin(parts.settings.public_base_url))
    cookies = () if entered.visitor is None else (_cookie(entered.visitor),)
    return redirect(entered.location, HTTPStatus.SEE_OTHER, cookies)


@api.when_refused
def refuse(error: VoceSpaceError) -> HttpResponse:
    """A refusal is for people here, and so it is a page."""
    if not isinstance(error, NotFoundError):
        container().auditor.refused(error)
    return _answers().refused(error)


@api.when_failed
def fail(error: Exception) -> HttpResponse:
    """So is what nobody expected."""
    observability.failed(error)
    return _answers().failed()


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answers API Gateway; who asks by HEAD gets what GET would give, but for the page."""
    answer = api(event, context)
    return answer | {"body": ""} if api.request.method == "HEAD" else answer


def _looked() -> Looked:
    looked = container().meetings.joining.look(_code(), _visitor())
    if looked is None:
        raise NotFoundError("link")
    return looked


def _answers() -> JoinAnswers:
    parts = container()
    return JoinAnswers(
        parts.settings,
        TEXTS[preferred_language(api.request.headers.get("accept-language"), list(TEXTS))],
        code=_code(),
        has_tried=api.request.method == "POST",
        now=parts.clock.time(),
    )


def _code() -> str:
    return api.request.path_parameters["code"]


def _visitor() -> str | None:
    start = f"{_cookie_name()}="
    given = (each for each in api.request.cookies if each.startswith(start))
    return next(given, "").removeprefix(start) or None


def _cookie(visitor: str) -> str:
    # Without a path it is for whatever stands beside the page, wherever the API is mounted. Not SameSite=Strict:
    # whoever comes from a mail again would not be known.
    return f"{_cookie_name()}={visitor}; Max-Age={_COOKIE_SECONDS}; HttpOnly; Secure; SameSite=Lax"


def _cookie_name() -> str:
    # One a link: by a common one, it could be told who has used several.
    return f"__Secure-visitor-{(code_digest(_code()) or '')[:16]}"
