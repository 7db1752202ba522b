"""Sixty working days of a believable past: people act one after the other while the clock moves on.

Each dossier is a life (``portal.simulator.lives``): a generator that acts through the same doors as everybody and says
when it acts next. What would happen after the present instant stays undone: that is the open backlog.
"""

import heapq
import itertools
import logging
import random
from collections import Counter
from datetime import datetime, time, timedelta
from time import monotonic, sleep

import structlog
from django.db import connection, transaction
from django.utils import timezone

from dossiers import duties
from dossiers.models import Dossier
from portal import clock
from portal.agencies.working_calendar import calendar
from portal.catalogue.models import Offering
from portal.clock.models import PortalClock
from portal.errors import PortalError
from portal.metrics.rollup import fold
from portal.simulator.cast import Cast
from portal.simulator.lives import Life
from portal.simulator.people import STORY_UNIT
from portal.workflow import bell, outbox, seal
from portal.workflow.models import OutboxEvent
from portal.worktime import add_working_days

log = structlog.get_logger(__name__)

SEED = 60
# Which part of all dossiers comes in where: at the unit whose desk people look at, elsewhere in the provinces of the
# story, and in the rest of the country.
SHARES = {"story_unit": 0.12, "story_provinces": 0.58, "elsewhere": 0.30}
STORY_PROVINCES = frozenset({"H17", "H26", "H28", "H29", "H57"})
NOTHING_TO_DELIVER_SECONDS = 0.02


class Backlog:
    """Plays ``days`` working days that end now, with ``per_day`` new dossiers on average."""

    def __init__(self, *, days, per_day, say):
        self.rng = random.Random(SEED)
        self.per_day, self.say = per_day, say
        self.end = timezone.localtime()
        self.days = [
            add_working_days(self.end.date(), -n, calendar=calendar()) for n in range(days, 0, -1)
        ]
        self.queue, self._tie = [], itertools.count()
        self.began = monotonic()
        self.filed = self.acts = 0

    def is_loaded(self):
        return Dossier.objects.exclude(code=None).exists()

    def set_clock(self):
        """A fresh demo database begins before its first day; the clock only moves forward from there."""
        start = datetime.combine(self.days[0], time(6, 0), tzinfo=self.end.tzinfo)
        PortalClock.objects.get_or_create(
            pk=1, defaults={"is_demo": True, "offset": start - timezone.now()}
        )

    def play(self):
        """Play every day, then leave the clock at the present."""
        with bell.silenced():  # nobody listens for it; the outbox is emptied at the end of each day
            _without_waiting_for_the_disk()
            self._play()

    def _play(self):
        offerings = list(
            Offering.objects.in_force(self.days[0])
            .filter(service__versions__state="published")
            .select_related("service", "unit", "handling_agency")
            .distinct()
            .order_by("pk")
        )
        self.cast = Cast()
        busy = weights([place_of(offering) for offering in offerings])
        for number, day in enumerate(self.days, start=1):
            for _number in range(self._todays()):
                self._be_born(day, *self.rng.choices(offerings, busy))
            self._live_until(datetime.combine(day, time(23, 59), tzinfo=self.end.tzinfo))
            self._close_the_day()
            if number % 5 == 0:
                self.say(self._progress(number))
        self._live_until(self.end)
        clock.advance(to=max(timezone.now(), clock.now()))
        self._close_the_day()
        seal.seal_new_rows()

    def _progress(self, number):
        """How far the story is, and how long the rest takes at this pace."""
        left = (monotonic() - self.began) / number * (len(self.days) - number)
        told = f"    day {number} of {len(self.days)}: {self.filed} dossiers"
        return f"{told}, about {left:.0f} s to go" if left >= 1 else told

    def _todays(self):
        return max(0, round(self.rng.gauss(self.per_day, self.per_day / 4)))

    def _be_born(self, day, offering):
        hours = (
            self.rng.triangular(7.0, 21.0, 9.5)
            if offering.level >= 3
            else self.rng.triangular(7.6, 16.5, 9.5)
        )
        at = datetime.combine(day, time(0), tzinfo=self.end.tzinfo) + timedelta(hours=hours)
        if at < self.end:
            self._queue(at, Life(self.rng, offering, self.cast).acts())

    def _queue(self, at, life):
        heapq.heappush(self.queue, (at, next(self._tie), life))

    def _live_until(self, instant):
        while self.queue and self.queue[0][0] <= min(instant, self.end):
            at, _tie, life = heapq.heappop(self.queue)
            with clock.one_reading():
                if at > clock.now():
                    clock.advance(to=at)
                self._act(life)

    def _act(self, life):
        try:
            following = next(life)
            if following is Life.FILED:
                self.filed += 1
                following = next(life)
        except StopIteration:
            return
        except PortalError as refusal:
            # Believable too: somebody pressed a button that refused. The life ends there.
            log.warning("life_refused", refusal=type(refusal).__name__, sentence=str(refusal))
            return
        self.acts += 1
        self._queue(following, life)

    def _close_the_day(self):
        with clock.one_reading():
            duties.close_unanswered()
            outbox.drain(linger=0)
            _wait_for_deliveries()
            fold()


def deliver_meanwhile():
    """Print papers and write e-mails while another process plays, as a worker does later; for ever.

    The backlog does without it: whatever is left at the end of a day it delivers by itself.
    """
    logging.disable(logging.INFO)
    _without_waiting_for_the_disk()
    while True:
        with clock.one_reading():
            delivered = outbox.deliver_next()
        if not delivered:
            sleep(NOTHING_TO_DELIVER_SECONDS)


def _wait_for_deliveries():
    """Return when nobody is in the midst of delivering what has happened so far."""
    with transaction.atomic():
        waiting = OutboxEvent.objects.select_for_update().filter(done_at__isnull=True)
        list(waiting.order_by("pk").values_list("pk"))


def _without_waiting_for_the_disk():
    """A past that a power cut interrupts is played anew, so its commits need not reach the disk one by one."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")


def place_of(offering):
    """Which of :data:`SHARES` an offering has a part in."""
    if offering.unit.code == STORY_UNIT:
        return "story_unit"
    near = offering.unit.code[:3] in STORY_PROVINCES
    return "story_provinces" if near else "elsewhere"


def weights(places):
    """One weight for each of ``places``, so that all that share a place have its share together."""
    number = Counter(places)
    return [SHARES[place] / number[place] for place in places]
