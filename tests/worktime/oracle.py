"""A slow second opinion: walks through time one minute after the other.

Shares nothing with ``portal.worktime``: its own working hours, its own calendar rule, no arithmetic
beyond “the next minute” and “the next day”.
"""

from datetime import date, datetime, timedelta, timezone

HANOI = timezone(timedelta(hours=7))
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


class Oracle:
    def __init__(self, off: set[date], worked: set[date]):
        self.off, self.worked = off, worked

    def is_worked(self, day):
        if day in self.worked:
            return True
        return day not in self.off and day.strftime("%w") not in "06"

    def is_working_minute(self, moment):
        """Whether the minute that begins at ``moment`` is worked."""
        shown = moment.strftime("%H:%M")
        in_hours = "07:00" <= shown < "11:30" or "13:30" <= shown < "17:00"
        return in_hours and self.is_worked(moment.date())

    def first_working_minute(self, moment):
        moment = cut(moment)
        while not self.is_working_minute(moment):
            moment += MINUTE
        return moment

    def minutes_between(self, start, end):
        moment, end, count = cut(start), cut(end), 0
        while moment < end:
            count += self.is_working_minute(moment)
            moment += MINUTE
        return count

    def after_minutes(self, start, minutes):
        """The end of the working minute number ``minutes``, counted from ``start``."""
        moment = cut(start)
        while minutes:
            minutes -= self.is_working_minute(moment)
            moment += MINUTE
        return moment

    def days_between(self, a, b):
        """Working days after ``a``, up to and with ``b``."""
        count = 0
        while a < b:
            a += DAY
            count += self.is_worked(a)
        return count

    def due(self, received, amount, unit):
        moment = self.first_working_minute(received)
        if unit == "working_hour":
            return self.after_minutes(moment, amount * 60)
        if unit == "same_day":
            if moment.strftime("%H:%M") > "15:00":
                moment = self.same_hour_next_working_day(moment)
            return moment.replace(hour=17, minute=0)
        if unit == "working_day":
            for _ in range(amount):
                moment = self.same_hour_next_working_day(moment)
        else:
            for _ in range(amount):
                moment += DAY
            while not self.is_worked(moment.date()):
                moment += DAY
        if moment.strftime("%H:%M") == "07:00":
            moment -= DAY
            while not self.is_worked(moment.date()):
                moment -= DAY
            moment = moment.replace(hour=17)
        return moment

    def same_hour_next_working_day(self, moment):
        moment += DAY
        while not self.is_worked(moment.date()):
            moment += DAY
        return moment


def cut(moment: datetime) -> datetime:
    return moment.astimezone(HANOI).replace(second=0, microsecond=0)
