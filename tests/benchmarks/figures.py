"""P4, P5 and the dashboards: official figures of a whole country, however many dossiers it has."""

import re
import time
from contextlib import contextmanager
from datetime import datetime
from statistics import median

from django.core.management import call_command
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from portal import clock, garbage
from portal.agencies.models import Agency
from portal.clock.models import PortalClock
from portal.metrics import cuts, figures, periods, recount, registry
from portal.worktime.hours import ZONE
from tests.benchmarks import machine
from tests.benchmarks.nation import YEAR, nations
from tests.benchmarks.report import Figure
from tests.clock import rewinding

NATIONAL = 15_000_000  # dossiers a year
FASTER = {False: (1_000, 2_000), True: (5_000, 20_000)}  # P5's bar and target, below that and there
READS = 15
RECOUNTS = 3  # as long as they are short
SHORT = 60  # seconds
PERIODS = (f"{YEAR}", f"{YEAR}-02-05..{YEAR}-11-20")  # the quickest to add up, and the slowest
PAGES = (
    "/metrics/?period={}",
    "/metrics/Q40/?period={}",
    "/metrics/ministries/?period={}",
    "/metrics/provinces/?period={}",
    "/metrics/comparison/?period={}",
    "/metrics/comparison/?period={}&block=Q40",
    "/metrics/targets/?period={}",
    "/metrics/league/provinces/?period={}",
    "/metrics/map/?period={}",
    "/metrics/scorecard/?period={}",
    "/metrics/scorecard/Q40/?period={}",
)
AT_ONCE = ("/metrics/", "/metrics/method/", "/metrics/un/")  # without a period
WARMING = 8  # the fifth time a statement is prepared, the tenth its plan may be kept


class FiguresDiffer(AssertionError):
    """The rollup says something else than history."""


def measure(wanted, small, large):
    """The figures P4, P5 and DASH, as far as ``wanted``, of two countries with so many dossiers."""
    sizes = [small, large] if {"P4", "P5"} & set(wanted) else [small]
    with nations(*sizes) as countries:
        for country in countries:
            country.enter()
            _show_the_year_after()
        if "DASH" in wanted:
            countries[0].enter()
            with override_settings(PORTAL_DEMO=False):  # without the strip that a demo shows
                yield from _dashboards()
        if len(sizes) == 2:
            reads = _reads_of(countries)
            if "P4" in wanted:
                ratio = median(b / a for a, b in zip(*reads, strict=True))
                what = f"league table: {large:,} / {small:,} dossiers"
                yield Figure("P4", what, ratio, 1.3, 1.0, "times", smaller_is_better=True)
            if "P5" in wanted:
                countries[1].enter()
                recounted = _recounted()
                what = f"league table: a recount of {large:,} / the read"
                ratio = recounted / median(reads[1])
                yield Figure("P5", what, ratio, *FASTER[large >= NATIONAL], "times")
                _recount_everything()


def league_table(period):
    """Every metric of every ministry and province: ``{(agency, code): reading}``."""
    by_top = figures.read(period, cuts.BY_TOP)
    drawn = registry.metrics(period.as_of)
    return {
        (top, each.code): each.read(counted) for top, counted in by_top.items() for each in drawn
    }


def _reads_of(countries):
    """Seconds of each read of the league table, per country, in interleaved rounds."""
    period = periods.parse(str(YEAR))
    for country in countries:
        country.enter()
        for _number in range(WARMING):
            league_table(period)
    taken = [[] for _country in countries]
    for number in range(READS):
        order = list(enumerate(countries))
        for place, country in order if number % 2 else reversed(order):
            country.enter()
            for _number in range(WARMING):
                read = league_table(period)
            with _seconds() as spent:
                read = league_table(period)
            taken[place].append(spent[0])
    told = ", ".join(
        f"{country.dossiers:,}: {median(seconds) * 1000:.1f} ms"
        for country, seconds in zip(countries, taken, strict=True)
    )
    print(f"  league table of {len(read)} figures: {told}", flush=True)
    return taken


def _recounted():
    """The least seconds of the same league table, straight from history; it must say the same."""
    period = periods.parse(str(YEAR))
    past = period.seen_at(clock.now())
    kept, taken = league_table(period), []
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SET work_mem = '256MB'")  # all that helps the recount
    while len(taken) < RECOUNTS and sum(taken) < SHORT:
        with _seconds() as spent:
            again = league_table(past)
        if again != kept:
            raise FiguresDiffer(str(set(again.items()) ^ set(kept.items()))[:800])
        taken.append(spent[0])
    print(f"  the same from history: {min(taken):.2f} s", flush=True)
    return min(taken)


def _recount_everything():
    with _seconds() as spent:
        compared, differences = recount.compare()
    print(
        f"  recount: {compared:,} cells compared, {len(differences)} differences, {spent[0]:.1f} s"
    )
    if differences:
        raise FiguresDiffer("\n".join(map(str, differences[:10])))


def _dashboards():
    """The slowest of the pages: its milliseconds in the server, and the queries of each.

    They are read in turns, with a loop that is always the same: a machine may run at half its speed a moment later.
    """
    call_command("collectstatic", interactive=False, verbosity=0)  # addresses of static files
    garbage.look_seldom()  # as portal/wsgi.py has it
    client, slowest, most = Client(SERVER_NAME="localhost"), 0, 0
    taken = {page.format(text): [] for page in PAGES for text in PERIODS}
    taken |= {page: [] for page in AT_ONCE}
    for address in taken:
        for _number in range(WARMING):
            client.get(address)
    loops = []
    for _number in range(READS):
        loops.append(machine.loop())
        for address, milliseconds in taken.items():
            with _seconds() as spent:
                response = client.get(address)
            assert response.status_code == 200, response.content[:500]
            milliseconds.append(spent[0] * 1000)
    print(
        f"  the same loop in each turn: {min(loops):.1f} ms at best, {median(loops):.1f} in the median"
    )
    for address, milliseconds in taken.items():
        with CaptureQueriesContext(connection) as queries:
            response = client.get(address)
        in_sql = sum(float(query["time"]) for query in queries) * 1000
        numbers = len(re.findall(r"<data ", response.content.decode()))
        print(
            f"  {address}: {median(milliseconds):.1f} ms, {min(milliseconds):.1f} at best, {len(queries)} queries "
            f"(about {in_sql:.0f} ms), {numbers} numbers",
            flush=True,
        )
        slowest, most = max(slowest, median(milliseconds)), max(most, len(queries))
    what = f"the slowest page of figures at {Agency.objects.count():,} agencies"
    yield Figure("DASH", what, slowest, 50, 25, "ms", smaller_is_better=True)
    yield Figure("QUERIES", "most queries of such a page", most, 12, 8, "", smaller_is_better=True)


def _show_the_year_after():
    """The portal clock of the country stands where everything it received in its year is completed."""
    evening = datetime(YEAR + 1, 1, 31, 18, tzinfo=ZONE)
    rewinding.show(PortalClock.objects, evening - datetime.now(ZONE))  # noqa: TID251


@contextmanager
def _seconds():
    spent = []
    begun = time.perf_counter()
    yield spent
    spent.append(time.perf_counter() - begun)
