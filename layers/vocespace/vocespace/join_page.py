"""The page behind a join link: one file, with its style and its script in it; it asks nobody for anything.

It works without JavaScript. With it, times are those of the visitor's own zone, and the page counts down and goes in.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from vocespace.invitations import Invitation
from vocespace.join_faces import Face
from vocespace.join_texts import Texts
from vocespace.local_times import LocalTimes, iso
from vocespace.markup import NOTHING, Html, fill, joined

_EARLY_SPREAD = 2000
_BUSY_SPREAD = 5000
_SOONEST_TRY = 10
_LATEST_TRY = 600

_ROW = "<div><dt>$name</dt><dd>$value</dd></div>"
_TIME = '<time datetime="$iso">$text</time>'
_WHEN = '<span class="when">$times <span class="zone">$zone</span></span>'
_FORM = '<form method="post"$hidden><button data-joining="$joining">$label</button></form>'
_WAITING = """\
<p class="countdown" role="timer" data-text="$text" data-done="$done" hidden></p>
<p class="spoken" role="status"></p>
$form
<label hidden><input type="checkbox" checked> $choice</label>"""
_LINK = '<p><a href="?">$text</a></p>'
_WITHOUT_SCRIPT = "<noscript><p>$text</p>$link</noscript>"


@dataclass(frozen=True, slots=True)
class View:
    """What there is to show.

    Attributes:
        face: What is to be said.
        texts: In which language.
        now: The present, Unix seconds.
        code: The code of the link; it can be one.
        invitation: What is behind the link, as far as it may be shown.
        waiting: How many people wait for an agent.
        retry_after: After how many seconds it can be tried again.
        has_tried: Whether the page answers somebody who wanted to come in.
    """

    face: Face
    texts: Texts
    now: float
    code: str = ""
    invitation: Invitation | None = None
    waiting: int = 0
    retry_after: int = 0
    has_tried: bool = False


def page_of(view: View) -> str:
    """The page."""
    words = view.texts.faces[view.face]
    return fill(
        _asset("html"),
        language=view.texts.language,
        state=view.face.state,
        numbers=_numbers(view),
        style=_asset("css"),
        script=_asset("js"),
        heading=words.heading,
        lead=fill(words.lead, waiting=str(view.waiting)),
        body=joined(_moved(view), _details(view), _way_on(view)),
    )


@cache
def own_sources() -> str:
    """The directives of a Content-Security-Policy that let the page's own script and style work, and no other."""
    return f"script-src {_hash('js')}; style-src {_hash('css')}"


def _moved(view: View) -> Html:
    invitation = view.invitation
    if invitation is None or invitation.moved_from is None or view.face not in {Face.EARLY, Face.OPEN}:
        return NOTHING
    return fill('<p class="notice">$text</p>', text=fill(view.texts.moved, before=_when(view, invitation.moved_from)))


def _details(view: View) -> Html:
    invitation, texts = view.invitation, view.texts
    if invitation is None or view.face not in {Face.EARLY, Face.OPEN, Face.CANCELLED, Face.OVER}:
        return NOTHING
    rows = [(texts.about, _name(invitation.title)), (texts.when, _time(view, invitation))]
    if view.face in {Face.EARLY, Face.OPEN}:
        rows += [(texts.where, _place(invitation)), (texts.person, _name(invitation.visit.username))]
    rows += [(texts.organizer, _name(invitation.organizer))]
    return fill(
        "<dl>\n$rows\n</dl>", rows=joined(*(fill(_ROW, name=name, value=value) for name, value in rows if value))
    )


def _time(view: View, invitation: Invitation) -> Html:
    if invitation.starts_at is None:
        return fill(view.texts.until, end=_when(view, invitation.closes_at))
    return _when(view, invitation.starts_at, invitation.ends_at)


def _place(invitation: Invitation) -> Html:
    space, room = invitation.visit.space, invitation.visit.room
    # `$empty` and `$space` are words between machines.
    named = NOTHING if room is None or room.startswith("$") else fill(" · $room", room=_name(room))
    return fill("$space$room", space=_name(space), room=named)


def _way_on(view: View) -> Html:
    texts, state = view.texts, view.face.state
    if view.face is Face.EARLY:
        return _early(view)
    if view.face is Face.OPEN:
        return _form(view, texts.join)
    if state == "busy" and view.retry_after <= _LATEST_TRY:
        return _waiting(view, texts.tries_in, texts.keeps_trying, _form(view, texts.try_again))
    if state == "busy" or (state == "away" and view.has_tried):
        return _form(view, texts.try_again)
    return fill(_LINK, text=texts.try_again) if state == "away" else NOTHING


def _early(view: View) -> Html:
    invitation, texts = view.invitation, view.texts
    if invitation is None:
        return NOTHING
    opens = fill(texts.opens_at, time=_when(view, invitation.opens_at))
    entry = fill('<p><a href="$code/calendar.ics">$text</a></p>', code=view.code, text=texts.save)
    return joined(
        NOTHING if invitation.opens_at == invitation.starts_at else fill("<p>$text</p>", text=opens),
        _waiting(view, texts.opens_in, texts.by_itself, _form(view, texts.join, hidden=Html(" hidden"))),
        fill(_WITHOUT_SCRIPT, text=texts.without_script, link=fill(_LINK, text=texts.look_again)),
        NOTHING if invitation.starts_at is None else entry,
    )


def _waiting(view: View, text: str, choice: str, form: Html) -> Html:
    return fill(_WAITING, text=text, done=view.texts.opened, choice=choice, form=form)


def _form(view: View, label: str, *, hidden: Html = NOTHING) -> Html:
    # Without an address it goes to that of the page. No other site can send it: who knows the code needs nobody's help.
    return fill(_FORM, label=label, joining=view.texts.joining, hidden=hidden)


def _numbers(view: View) -> Html:
    if view.face is Face.EARLY and view.invitation is not None:
        wait, spread = (view.invitation.opens_at - view.now) * 1000, _EARLY_SPREAD
    else:
        wait, spread = max(view.retry_after, _SOONEST_TRY) * 1000, _BUSY_SPREAD
    return fill('data-wait="$wait" data-spread="$spread"', wait=f"{wait:.0f}", spread=str(spread))


def _when(view: View, start: int, end: int | None = None) -> Html:
    zone = None if view.invitation is None else view.invitation.time_zone
    times = LocalTimes(view.texts.calendar, zone)
    shown = fill(_TIME, iso=iso(start), text=times.full(start))
    if end is not None:
        shown = fill("$start \u2013 $end", start=shown, end=fill(_TIME, iso=iso(end), text=times.end(end, start)))
    return fill(_WHEN, times=shown, zone=times.zone(start))


def _name(text: str | None) -> Html:
    # On its own, so that a name written from right to left turns nothing around it.
    return fill("<bdi>$text</bdi>", text=text) if text else NOTHING


@cache
def _asset(kind: str) -> Html:
    return Html(Path(__file__).with_name(f"join_page.{kind}").read_text(encoding="utf-8"))


def _hash(kind: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(_asset(kind).encode()).digest()).decode()}'"
