"""What mails about meetings say, in every language that they speak. `{}` is the title of the meeting."""
# ruff: noqa: RUF001 - Chinese has a punctuation of its own

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vocespace.accept_language import preferred_language
from vocespace.local_times import CHINESE, ENGLISH, Calendar
from vocespace.meeting_messages import News


@dataclass(frozen=True, slots=True)
class Words:
    """What is said first."""

    subject: str
    lead: str


@dataclass(frozen=True, slots=True)
class MailTexts:
    """One language.

    Attributes:
        language: Its tag.
        calendar: How it writes times.
        news: What is said first, by what is to be told.
        untitled: What a meeting without a title is called.
        when, before, where, organizer: What stands before each.
        span: From when to when, with the zone.
        join: What is on the link.
        window: From when to when the link opens.
        personal: Whose the link is.
    """

    language: str
    calendar: Calendar
    news: Mapping[News, Words]
    untitled: str
    when: str
    before: str
    where: str
    organizer: str
    span: str
    join: str
    window: str
    personal: str


_ENGLISH = MailTexts(
    language="en",
    calendar=ENGLISH,
    news={
        News.LINK_READY: Words("Your link: {}", "Here is your link to join: {}"),
        News.REMINDER: Words("Soon: {}", "This begins soon: {}"),
        News.RESCHEDULED: Words(
            "Moved: {}", "When or where this takes place has changed, and your link is still the same: {}"
        ),
        News.CANCELLED: Words(
            "Cancelled: {}", "This does not take place, or you are no longer expected, and your link opens nothing: {}"
        ),
    },
    untitled="Meeting",
    when="Time",
    before="Before",
    where="Place",
    organizer="Host",
    span="{start} \u2013 {end}, {zone}",
    join="Join",
    window="The link opens on {opens} and works until {closes}, {zone}.",
    personal="It is yours alone: whoever has it comes in under your name.",
)

_CHINESE = MailTexts(
    language="zh",
    calendar=CHINESE,
    news={
        News.LINK_READY: Words("您的会议链接：{}", "这是您的参会链接：{}"),
        News.REMINDER: Words("即将开始：{}", "会议即将开始：{}"),
        News.RESCHEDULED: Words("已改期：{}", "会议的时间或地点有变，您的链接不变：{}"),
        News.CANCELLED: Words("已取消：{}", "会议不再举行，或者您已无需参加，您的链接已失效：{}"),
    },
    untitled="会议",
    when="时间",
    before="原定时间",
    where="地点",
    organizer="主持人",
    span="{start} \u2013 {end}，{zone}",
    join="进入会议",
    window="链接自{opens}起开放，至{closes}失效（{zone}）。",
    personal="此链接仅供您本人使用：持有者将以您的名义进入。",
)

_TEXTS = {each.language: each for each in (_ENGLISH, _CHINESE)}


def texts_for(locale: str | None) -> MailTexts:
    """The texts in somebody's language, or else in English."""
    return _TEXTS[preferred_language(locale, tuple(_TEXTS))]
