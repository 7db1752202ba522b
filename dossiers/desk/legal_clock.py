"""The legal clock of a dossier in words: how much time is left, why it stands still, what moved the date."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from dossiers.states import BEFORE_RECEPTION, FINAL
from portal import clock, worktime
from portal.agencies.working_calendar import calendar
from portal.wording import (
    SOON_WORKING_DAYS,
    date_and_time,
    long_date,
    number,
    short_date,
    working_days_left,
)

MINUTES_OF_A_WORKING_DAY = 480


@dataclass(frozen=True)
class Reading:
    """One look at the clock; ``kind`` is that of ``components/clock.html``, ``days`` working days (late: negative)."""

    label: str
    kind: str = ""
    days: int | None = None


def reading(dossier):
    """The badge of a dossier in lists and at the head of its page."""
    if dossier.state in BEFORE_RECEPTION or dossier.expected_at is None:
        return Reading(_("Not running"))
    if dossier.state in FINAL or dossier.outcome:
        return Reading(pgettext("clock of a dossier", "Ended"))
    if dossier.stopped_since is not None:
        return Reading(
            _("Stopped since {day}").format(day=short_date(dossier.stopped_since)), "paused"
        )
    days = worktime.working_days_between(
        clock.today(), _day(dossier.expected_at), calendar=calendar()
    )
    if _day(dossier.expected_at) < clock.today():
        # A date can have passed without a working day in between: late all the same.
        days = min(days, -1)
        return Reading(working_days_left(days), "late", days)
    return Reading(working_days_left(days), "soon" if days <= SOON_WORKING_DAYS else "", days)


def explanation(dossier, completed_at=None):
    """What stands behind the date: rows of ``term`` and ``value``, for ``components/facts.html``."""
    if dossier.due_at is None:
        return [
            {
                "term": _("Legal clock"),
                "value": _("Starts when the one-door unit receives the dossier."),
            }
        ]
    rows = [
        {"term": _("Received"), "value": date_and_time(dossier.received_at)},
        {"term": _("Time limit"), "value": time_limit(dossier)},
        {"term": _("Due by law"), "value": date_and_time(dossier.due_at)},
    ]
    if dossier.stopped_minutes:
        rows.append({"term": _("Stopped so far"), "value": working_time(dossier.stopped_minutes)})
    if dossier.stopped_since is not None:
        rows.append(
            {
                "term": _("Stands still since"),
                "value": _("{moment}; the date moves on by the working time of the stop.").format(
                    moment=date_and_time(dossier.stopped_since)
                ),
            }
        )
    rows.append({"term": _("Expected"), "value": long_date(dossier.expected_at)})
    if dossier.promised_at is not None:
        rows.append(
            {
                "term": _("New date given"),
                "value": _("{day}; the dossier still counts as late.").format(
                    day=long_date(dossier.promised_at)
                ),
            }
        )
    if completed_at is not None:
        rows.append(
            {"term": _("Completed"), "value": _completion(completed_at, dossier.expected_at)}
        )
    return rows


def time_limit(dossier):
    """The legal limit of the service in words."""
    limit = dossier.version.time_limit
    if limit.unit == "same_day":
        return _("the same day")
    words = {"working_day": working_days, "day": calendar_days, "working_hour": working_hours}
    return words[limit.unit](limit.amount)


def working_days(amount):
    return ngettext("{amount} working day", "{amount} working days", amount).format(
        amount=number(amount)
    )


def calendar_days(amount):
    return ngettext("{amount} calendar day", "{amount} calendar days", amount).format(
        amount=number(amount)
    )


def working_hours(amount):
    return ngettext("{amount} working hour", "{amount} working hours", amount).format(
        amount=number(amount)
    )


def working_time(minutes):
    """Working minutes as “2 working days, 3 h 30 min”; eight hours are a working day."""
    days, rest = divmod(minutes, MINUTES_OF_A_WORKING_DAY)
    hours, left = divmod(rest, 60)
    parts = [working_days(days)] if days else []
    if rest or not days:
        parts.append(_("{hours} h {minutes} min").format(hours=hours, minutes=left))
    return ", ".join(parts)


def _completion(completed_at, expected_at):
    words = {
        "early": _("{moment}, early"),
        "on_time": _("{moment}, on time"),
        "late": _("{moment}, late"),
    }
    return words[worktime.lateness(completed_at, expected_at)].format(
        moment=date_and_time(completed_at)
    )


def _day(instant):
    return timezone.localtime(instant).date()
