"""P1 and P2: lives per second through the portal, as pgbench commits their rows, and in django-viewflow."""

import time
from contextlib import ExitStack, contextmanager
from statistics import median

from django.apps import apps
from django.conf import settings
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from dossiers.models import Dossier
from tests import databases
from tests.benchmarks import floor, other_engine, recording
from tests.benchmarks.lifecycle import Cast, live
from tests.benchmarks.report import Figure

WARMING = 20  # lives before the first round: plans, caches, the first pages of the tables


class RowsDiffer(AssertionError):
    """The floor did not write what the portal writes."""


def measure(wanted, *, rounds, number):
    """The figures P1 and P2, as far as ``wanted``, from one series of interleaved rounds."""
    with ExitStack() as until_done:
        database = until_done.enter_context(fresh_database())
        # First of all: its people are made over connections that are closed again.
        viewflow = until_done.enter_context(other_engine.side()) if "P2" in wanted else None
        portal = Portal()
        sides = {"portal": portal}
        if "P1" in wanted:
            sides["floor"] = Floor(portal.cast, database.url, settings.HOME.run / "life.sql")
        if viewflow:
            sides["viewflow"] = viewflow
        for side in sides.values():
            print(side, flush=True)
            side.run(WARMING)
        rates = {name: [] for name in sides}
        written = {name: [] for name in sides}
        for number_of_round in range(1, rounds + 1):
            names = list(sides)
            for name in names if number_of_round % 2 else reversed(names):
                before = rows()
                rates[name].append(sides[name].run(number))
                written[name].append(difference(before, rows()))
            told = ", ".join(f"{name} {rates[name][-1]:.1f}" for name in names)
            print(f"  round {number_of_round}: {told} lives/s", flush=True)
    if "floor" in sides:
        check_rows(written["portal"], written["floor"])
    return list(_figures(rates))


def _figures(rates):
    middle = {name: median(values) for name, values in rates.items()}
    print("  medians: " + ", ".join(f"{name} {rate:.1f}" for name, rate in middle.items()))
    if "floor" in rates:
        yield Figure("P1", "a life / the raw floor", _ratio(rates, "floor"), 0.25, 0.40, "of floor")
    if "viewflow" in rates:
        yield Figure("P2", "a life / django-viewflow", _ratio(rates, "viewflow"), 4, 8, "times")


def _ratio(rates, other):
    """The median of the ratios within each round: what disturbs the machine disturbs both sides of one."""
    return median(ours / theirs for ours, theirs in zip(rates["portal"], rates[other], strict=True))


class Portal:
    """Lives through the doors of the portal, in this process. The bell rings at Valkey; nobody answers it."""

    def __init__(self):
        self.cast = Cast()
        [life] = self.cast.drafts(1)
        live(life, self.cast)  # fills what is read once per process
        [life] = self.cast.drafts(1)
        with CaptureQueriesContext(connection) as captured:
            live(life, self.cast)
        self.statements = len(captured)

    def __str__(self):
        return f"Portal: {self.statements} statements a life, BEGIN and COMMIT among them."

    def run(self, number):
        lives = self.cast.drafts(number)
        begun = time.perf_counter()
        for life in lives:
            live(life, self.cast)
        return number / (time.perf_counter() - begun)


class Floor:
    """pgbench, one client, prepared statements, as the same role on the same tables."""

    def __init__(self, cast, url, script):
        self.cast, self.url, self.script = cast, url, script
        self.number = floor.FIRST_NUMBER
        # The first life opens the day's counter and the accounts, as no later one does. The recorded
        # ones have keys far apart, so that no other number of theirs differs by as much.
        opening, first, *_between, last = cast.drafts(50)
        live(opening, cast)
        with recording.changes_noted():
            commits = []
            for life in (first, last):
                recording.noted()
                live(life, cast)
                commits.append(recording.noted())
        self.written = floor.script_of(*commits, Dossier)
        self.script.write_text(self.written.text)

    def __str__(self):
        return (
            f"Floor: {self.written.statements} statements a life in {self.written.commits} commits."
        )

    def run(self, number):
        first_key = self.cast.drafts(number)[0].pk
        rate = floor.run(
            self.script,
            lives=number,
            first_key=first_key,
            first_number=self.number,
            url=self.url,
        )
        self.number += number
        return rate


@contextmanager
def fresh_database():
    """A clone of the migrated template that every connection goes to; dropped afterwards."""
    databases.drop_those_of_ended_runs()
    database = databases.clone(databases.template(), databases.clone_name("bench"))
    databases.point_connections_at(database.name)
    try:
        yield database
    finally:
        databases.point_connections_at("postgres")
        connections.close_all()
        databases.drop(database.name)


def rows():
    """The number of rows of every table of ours."""
    tables = sorted({model._meta.db_table for model in apps.get_models()})  # a proxy shares one
    counts = ", ".join(f'(SELECT count(*) FROM "{table}")' for table in tables)
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"SELECT {counts}")
        return dict(zip(tables, cursor.fetchone(), strict=True))


def difference(before, after):
    return {table: after[table] - count for table, count in before.items() if after[table] != count}


def check_rows(portal, floor):
    """Raise ``RowsDiffer`` unless both sides wrote the same number of rows into every table."""
    if portal != floor:
        raise RowsDiffer(f"The portal wrote {portal},\nthe floor {floor}.")
    rows = portal[0]
    print(f"  both wrote the same rows: {', '.join(f'{t} {n}' for t, n in sorted(rows.items()))}")
