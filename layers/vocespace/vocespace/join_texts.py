"""What the page behind a join link says, in every language that it speaks. `$name` stands for what is put in."""

# ruff: noqa: RUF001 - Chinese has a punctuation of its own

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vocespace.join_faces import Face
from vocespace.local_times import CHINESE, ENGLISH, Calendar


@dataclass(frozen=True, slots=True)
class Words:
    """What is said first."""

    heading: str
    lead: str


@dataclass(frozen=True, slots=True)
class Texts:
    """One language.

    Attributes:
        language: Its tag.
        calendar: How it writes times.
        faces: What is said first, by what is to be said.
        moved: That the meeting was to start at another time.
        about, when, where, person, organizer: What stands before each.
        until: Until when, where there is no beginning.
        opens_at: When the door opens.
        opens_in, tries_in: How long it takes until the door opens, or until the next try; `{}` is the time.
        opened: That it does now.
        by_itself, keeps_trying: What the box next to the countdown says.
        join, joining, try_again: What is on the button.
        save: What is on the link to the calendar entry.
        without_script, look_again: What somebody without JavaScript has to do.
    """

    language: str
    calendar: Calendar
    faces: Mapping[Face, Words]
    moved: str
    about: str
    when: str
    where: str
    person: str
    organizer: str
    until: str
    opens_at: str
    opens_in: str
    tries_in: str
    opened: str
    by_itself: str
    keeps_trying: str
    join: str
    joining: str
    try_again: str
    save: str
    without_script: str
    look_again: str


_AWAY = Words("That did not work", "It is not you, and your link is fine: we are having trouble. Please try again.")

_ENGLISH = Texts(
    language="en",
    calendar=ENGLISH,
    faces={
        Face.EARLY: Words("You are early", "It has not opened yet. You are in the right place."),
        Face.OPEN: Words("You can come in", "It is open."),
        Face.CANCELLED: Words(
            "Cancelled",
            "This meeting does not take place, or you are no longer expected. If that is news to you, ask whoever "
            "invited you.",
        ),
        Face.WITHDRAWN: Words("This link was withdrawn", "If you still want to come, ask whoever gave it to you."),
        Face.OVER: Words("This meeting is over", "If you would like to meet again, ask whoever invited you."),
        Face.EXPIRED: Words("This link has expired", "Ask whoever gave it to you for a new one."),
        Face.USED_UP: Words(
            "This link is used up",
            "As many people as it was for have come by it. If you were one of them, open it in the browser that you "
            "used then. Otherwise, ask whoever gave it to you for one of your own.",
        ),
        Face.BLOCKED: Words(
            "You cannot come in", "You have been blocked here. If you think that is a mistake, ask whoever invited you."
        ),
        Face.UNKNOWN: Words(
            "We do not know this link",
            "A part of it may be missing. Open it from the original message, or ask whoever sent it to you.",
        ),
        Face.NO_ROOM: Words("All rooms are taken", "As soon as one is free, you can come in."),
        Face.NO_AGENT: Words("Everybody is busy right now", "People waiting, you among them: $waiting"),
        Face.CROWDED: Words("Too many people at once", "Please wait a moment and try again."),
        Face.REFUSED: Words("This link no longer lets you in", "The rules have changed. Ask whoever gave it to you."),
        Face.AWAY: _AWAY,
        Face.FAILED: _AWAY,
    },
    moved="This meeting was moved. Before, it was to start: $before",
    about="Meeting",
    when="Time",
    where="Place",
    person="You come as",
    organizer="Host",
    until="until $end",
    opens_at="The door opens: $time",
    opens_in="Opens in {}",
    tries_in="Next try in {}",
    opened="The door is open.",
    by_itself="Let me in as soon as it opens",
    keeps_trying="Keep trying",
    join="Join now",
    joining="Joining…",
    try_again="Try again",
    save="Add to calendar",
    without_script="Come back to this page when the door is open.",
    look_again="Look again",
)

_AWAY_CHINESE = Words("没有成功", "这不是您的问题，链接也没有问题，是我们的服务出了故障。请再试一次。")

_CHINESE = Texts(
    language="zh",
    calendar=CHINESE,
    faces={
        Face.EARLY: Words("您来早了", "现在还没有开放。您没有走错地方。"),
        Face.OPEN: Words("可以进入了", "现在已经开放。"),
        Face.CANCELLED: Words("已取消", "会议不再举行，或者您已无需参加。如果您不知道此事，请询问邀请您的人。"),
        Face.WITHDRAWN: Words("链接已撤回", "如果您仍想参加，请联系给您链接的人。"),
        Face.OVER: Words("会议已结束", "如果您想再次见面，请联系邀请您的人。"),
        Face.EXPIRED: Words("链接已过期", "请向给您链接的人索取新的链接。"),
        Face.USED_UP: Words(
            "链接的名额已用完",
            "通过此链接进入的人数已满。如果您之前进入过，请使用当时的浏览器打开。"
            "否则，请向给您链接的人索取您自己的链接。",
        ),
        Face.BLOCKED: Words("您不能进入", "您在这里被屏蔽了。如果您认为这是误会，请联系邀请您的人。"),
        Face.UNKNOWN: Words("找不到这个链接", "链接可能不完整。请从原始消息中打开，或询问发给您链接的人。"),
        Face.NO_ROOM: Words("所有房间都已占用", "一有空房间，您就可以进入。"),
        Face.NO_AGENT: Words("目前大家都在忙", "正在等待的人数（包括您）：$waiting"),
        Face.CROWDED: Words("同时进入的人太多", "请稍等片刻再试。"),
        Face.REFUSED: Words("此链接已不能进入", "规则已经改变。请联系给您链接的人。"),
        Face.AWAY: _AWAY_CHINESE,
        Face.FAILED: _AWAY_CHINESE,
    },
    moved="会议时间已更改。原定开始时间：$before",
    about="会议",
    when="时间",
    where="地点",
    person="您的名字",
    organizer="主持人",
    until="至 $end",
    opens_at="开放时间：$time",
    opens_in="{}后开放",
    tries_in="{}后再试",
    opened="现在已经开放。",
    by_itself="开放后自动进入",
    keeps_trying="自动重试",
    join="立即进入",
    joining="正在进入…",
    try_again="再试一次",
    save="添加到日历",
    without_script="请在开放后回到此页面。",
    look_again="重新查看",
)

TEXTS = {texts.language: texts for texts in (_ENGLISH, _CHINESE)}
"""By language; the first is for those who read none of them."""
