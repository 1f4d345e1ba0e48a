"use strict";
(() => {
  const main = document.querySelector("main");
  const language = document.documentElement.lang;
  const locale = navigator.languages.find((each) => each.toLowerCase().split("-")[0] === language) || language;

  // What a POST has answered is asked for by GET when it is loaded again.
  history.replaceState(null, "", location.href);
  const lookAgain = () => location.replace(location.href);

  // --- Times, in the zone of whoever reads them ---

  const written = (options) => {
    const format = new Intl.DateTimeFormat(locale, options);
    return (time) => format.format(time);
  };
  const day = { weekday: "long", day: "numeric", month: "long", year: "numeric" };
  const hour = { hour: "numeric", minute: "2-digit" };
  const inFull = written({ ...day, ...hour });
  const byDay = written(day);
  const byHour = written(hour);
  const zoneAt = (time) => {
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    const parts = new Intl.DateTimeFormat("en", { timeZoneName: "shortOffset" }).formatToParts(time);
    const { value } = parts.find((part) => part.type === "timeZoneName");
    const offset = value.replace("GMT", "UTC").replace(/\+0$/, "");
    return timeZone === "UTC" ? timeZone : `${timeZone} (${offset})`;
  };
  const tellOwnTimes = (when) => {
    const [start, end] = [...when.querySelectorAll("time")];
    const from = new Date(start.dateTime);
    const zone = zoneAt(from);
    start.textContent = inFull(from);
    if (end) {
      const until = new Date(end.dateTime);
      end.textContent = (byDay(from) === byDay(until) ? byHour : inFull)(until);
    }
    when.querySelector(".zone").textContent = zone;
  };
  try {
    document.querySelectorAll(".when").forEach(tellOwnTimes);
  } catch {
    // A browser too old to name its zone keeps the times of the server, which name theirs, and goes on to the way in.
  }

  // A tab that somebody has forgotten does not try for ever: less than an hour.
  const mostTries = 240;
  const counted = () => {
    try {
      const tries = main.dataset.state === "busy" ? Number(sessionStorage.getItem("tries")) + 1 : 0;
      sessionStorage.setItem("tries", tries);
      return tries;
    } catch {
      return 0;
    }
  };
  const tries = counted();

  // --- The way in ---

  const form = document.querySelector("form");
  if (!form) return;
  const button = form.querySelector("button");
  const label = button.textContent;
  let isOnItsWay = false;
  form.addEventListener("submit", (event) => {
    if (isOnItsWay) event.preventDefault();
    isOnItsWay = true;
    button.textContent = button.dataset.joining;
    // Whoever is still here by then was not taken anywhere.
    setTimeout(() => {
      isOnItsWay = false;
      button.textContent = label;
    }, 15000);
  });

  // --- Waiting ---

  // By the server's clock and the time since: the visitor's own clock may be wrong.
  const started = performance.now();
  const startedByClock = Date.now();
  const passed = () => performance.now() - started;
  const waits = Number(main.dataset.wait);
  const countdown = document.querySelector(".countdown");
  if (!countdown) return;
  const spoken = document.querySelector(".spoken");
  const choice = document.querySelector("label");
  const isEarly = main.dataset.state === "early";
  let isOver = false;

  const long = (count, unit) =>
    new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long" }).format(count);
  const duration = (seconds) => {
    const units = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
    const first = Math.max(units.findIndex(([, length]) => seconds >= length), 0);
    let rest = seconds;
    const parts = seconds < 1 ? [long(0, "second")] : units.slice(first, first + 2).flatMap(([unit, length]) => {
      const count = Math.floor(rest / length);
      rest -= count * length;
      return count ? [long(count, unit)] : [];
    });
    return parts.join(" ");
  };
  const announced = (seconds) => countdown.dataset.text.replace("{}", duration(seconds));

  // A screen reader hears of it now and then, not every second.
  const marks = [86400, 3600, 1800, 600, 300, 60, 10];
  let before = waits / 1000;
  const speak = (seconds) => {
    if (marks.some((mark) => before > mark && seconds <= mark)) spoken.textContent = announced(seconds);
    before = seconds;
  };

  const join = () => {
    const isWanted = choice.querySelector("input").checked;
    // Nobody is taken into a call by a page that they do not look at; who has pressed the button is waiting for it.
    if (isOver && !isOnItsWay && isWanted && !(isEarly && document.hidden)) form.requestSubmit();
  };
  const finish = () => {
    isOver = true;
    if (isEarly) {
      document.title = countdown.textContent = spoken.textContent = countdown.dataset.done;
      form.hidden = false;
    } else {
      countdown.hidden = true;
    }
    // Not all in the same moment.
    setTimeout(join, Math.random() * Number(main.dataset.spread));
  };
  const tick = () => {
    const left = waits - passed();
    // A machine that has slept counts on from where it was.
    if (passed() > 30000 && Math.abs(Date.now() - startedByClock - passed()) > 10000) return lookAgain();
    if (left <= 0) return finish();
    const seconds = Math.ceil(left / 1000);
    countdown.textContent = announced(seconds);
    speak(seconds);
    return setTimeout(tick, Math.min(1000, left % 1000 || 1000));
  };
  if (tries > mostTries) return;
  countdown.hidden = choice.hidden = false;
  choice.addEventListener("change", join);
  tick();

  let hiddenSince = 0;
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) hiddenSince = passed();
    else if (isOver) join();
    // The meeting may have moved in the meantime.
    else if (isEarly && passed() - hiddenSince > 60000) lookAgain();
  });
  window.addEventListener("pageshow", (event) => event.persisted && lookAgain());
})();
