"""Whatever is read, from whichever resolution, deltas or history: any period and any cut gives the same figures."""

from collections import Counter
from datetime import date, timedelta
from random import Random

import pytest

from portal.agencies.models import Agency
from portal.catalogue.models import Eligibility, Offering
from portal.metrics import blocks, cuts, figures, instants, offered, periods, registry, rollup
from portal.metrics.effects import snapshot
from portal.metrics.errors import ImpossibleInstant, InstantAhead, InstantTooEarly, PeriodNotBegun
from portal.metrics.models import Standing
from portal.metrics.recount import compare
from portal.metrics.spans import SPAN_KINDS, Span, cover, difference
from portal.worktime import at
from tests.catalogue.factories import EligibilityFactory, OfferingFactory

PERIODS = [
    "2022",
    "2022-Q3",
    "2022-08",
    "2022-07-31..2022-09-01",
    "2022-08-15..2022-08-17",
    "2021-03-05..2022-08-31",
]


def all_cuts():
    """Every cut that pages make, by a name."""
    chosen = {
        "tops": cuts.BY_TOP,
        "kinds": cuts.BY_KIND,
        "provinces": cuts.adding_up_to(blocks.PROVINCES),
    }
    for code in ("A90", "A90.01", "A90.01.01", "B90", "A90:own"):
        block = blocks.block(code)
        chosen |= {
            f"{code} as one": cuts.as_one(block),
            f"{code} by part": cuts.by_part(block),
            f"{code} beside its kind": cuts.with_its_kind(block),
        }
    return chosen


def everything(period):
    """Every figure of every cut, as plain values."""
    found = {}
    for name, cut in all_cuts().items():
        for group, counted in figures.read(period, cut).items():
            found[name, group] = plain(counted)
        for (group, month), counted in figures.read_by_month(period, cut).items():
            found[name, group, month] = plain(counted)
    return {key: value for key, value in found.items() if any(value)}


def plain(counted):
    cells = {
        (metric, channel): tuple(cell)
        for metric, by_channel in counted.cells.items()
        for channel, cell in by_channel.items()
        if any(cell)
    }
    return cells, {key: number for key, number in counted.services.items() if number}


def test_deltas_cells_and_history_say_the_same_of_any_period(land):
    now = at("2022-09-15 09:00")
    asked = [periods.parse(text) for text in PERIODS]
    pending = [everything(period) for period in asked]
    assert all(pending)
    rollup.fold(at_most=7)
    assert [everything(period) for period in asked] == pending
    rollup.fold_all()
    assert [everything(period) for period in asked] == pending
    assert offered.summarise() == 3
    assert [everything(period) for period in asked] == pending
    assert [everything(period.seen_at(now)) for period in asked] == pending


@pytest.mark.parametrize(
    ("folded", "instant"), [(False, ""), (True, ""), (False, "2022-08-17T09:30")]
)
def test_a_figure_asked_for_alone_is_what_it_is_among_all(land, folded, instant):
    if folded:
        rollup.fold_all()
        offered.summarise()
    period = periods.parse("2022-08").seen_at(instants.parse(instant))
    for cut in all_cuts().values():
        everything = figures.read(period, cut)
        for metric in registry.metrics(period.as_of):
            alone = figures.read(period, cut, metric.reads)
            for group, counted in everything.items():
                assert metric.read(alone[group]) == metric.read(counted), metric.code


@pytest.mark.parametrize("folded", [False, True])
def test_ministries_and_provinces_in_any_groups(land, folded):
    if folded:
        rollup.fold_all()
        offered.summarise()
    period = periods.parse("2022")
    alone = figures.read(period, cuts.BY_TOP)
    north, south, ministry = land.north.pk, land.south.pk, land.ministry.pk
    found = figures.read(period, cuts.by_top({north: north, south: north, ministry: ministry}))
    assert plain(found[north]) == plain(figures.pooled([alone[north], alone[south]]))
    assert plain(found[ministry]) == plain(alone[ministry])
    together = figures.read(period, cuts.by_top(dict.fromkeys([north, south], "both")))
    assert plain(together["both"]) == plain(found[north])
    assert not figures.read(period, cuts.by_top({}))


@pytest.mark.parametrize("instant", ["2022-08-09T09:00", "2022-08-11", "2022-08-17T09:30:00+07:00"])
def test_as_of_a_past_instant_lists_are_as_long_as_their_counts(land, instant):
    """What came later, in the same period, is in neither."""
    period = periods.parse("2022-08").seen_at(instants.parse(instant))
    for code in ("nation", "provinces", "A90", "A90.01", "B90"):
        block = blocks.block(code)
        for metric_code, reading in snapshot(period, block).items():
            metric = registry.metric(metric_code, period.as_of)
            for side, term in metric.sides.items():
                listing = term.listing(period, block)
                counted = getattr(reading, side)
                assert counted == (
                    listing.total_amount() if term.kind == "VND" else listing.rows.count()
                )


def test_as_of_is_what_was_counted_then(land):
    august = periods.parse("2022-08")
    then = snapshot(august.seen_at(instants.parse("2022-08-10T09:05")))
    assert then["dossiers-online"] == registry.Reading(4, 4)  # received on 8 August
    assert then["dossiers-on-time"] == registry.Reading(2, 2)  # one at that very minute
    assert snapshot(august)["dossiers-online"] == registry.Reading(7, 11)


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("2022-09-15T12:00", InstantAhead),
        ("2022-09-16", InstantAhead),
        ("1999-12-31", InstantTooEarly),
        ("2022-02-30", ImpossibleInstant),
        ("2022-08-01T25:00", ImpossibleInstant),
        ("9999-12-31T23:59-12:00", ImpossibleInstant),
        ("yesterday", ImpossibleInstant),
    ],
)
def test_what_is_no_instant_is_refused_with_a_sentence(land, text, refusal):
    with pytest.raises(refusal) as refused:
        instants.parse(text)
    assert type(refused.value) is refusal
    assert str(refused.value)


def test_instants(land):
    assert instants.parse("") is None
    assert instants.parse("2022-09-15") is None  # today: the present
    assert instants.parse("2022-08-31") == at("2022-09-01 00:00") - timedelta(microseconds=1)
    assert instants.parse("2022-08-31T08:00Z") == at("2022-08-31 15:00")
    some = at("2022-08-31 15:00:00.123456")
    assert instants.parse(periods.written(some)) == some
    with pytest.raises(PeriodNotBegun):
        periods.parse("2022-09").seen_at(instants.parse("2022-08-31"))


KINDS_READ = (
    SPAN_KINDS,  # of ministries and provinces
    ("years", "months", "tens", "days"),  # of their kinds
    ("years", "months", "days"),  # of agencies
    ("months", "tens", "fives", "days"),  # month by month
    ("months", "days"),
)


def some_dates():
    """``(first, last, kinds)``: any two dates, with the kinds of spans that are read somewhere."""
    random = Random(8)
    for _number in range(60):
        first = date(2020, 1, 1) + timedelta(days=random.randrange(1200))
        last = first + timedelta(days=random.randrange(1500))
        for kinds in KINDS_READ:
            yield first, last, kinds


def days(spans):
    return Counter(
        span.first + timedelta(days=number)
        for span in spans
        for number in range((span.last - span.first).days + 1)
    )


def test_a_cover_is_exactly_the_days_of_a_period():
    for first, last, kinds in some_dates():
        found = cover(first, last, kinds)
        assert days(found) == days([Span("days", first, last)])
        counted = Counter(span.kind for span in found)
        assert set(counted) <= set(kinds)
        assert counted["days"] <= (10 if "fives" in kinds else 18 if "tens" in kinds else 60)


def test_a_difference_is_exactly_the_days_of_a_period_in_fewer_spans():
    for first, last, kinds in some_dates():
        added, taken = difference(first, last, kinds)
        left = days(added)
        left.subtract(days(taken))
        assert {day: n for day, n in left.items() if n} == days([Span("days", first, last)])
        counted = Counter(span.kind for span in added + taken)
        assert set(counted) <= set(kinds)
        assert len(added + taken) <= len(cover(first, last, kinds))
        assert counted["days"] <= (6 if "fives" in kinds else 12 if "tens" in kinds else 32)
        assert kinds[0] == "months" or len(added + taken) <= (24 if "tens" in kinds else 60)


def test_the_spans_of_a_month_lie_within_it():
    for first, last, kinds in some_dates():
        if kinds[0] == "months":
            for spans in difference(first, last, kinds):
                assert all(span.first.month == span.last.month for span in spans)


def test_a_summary_of_offerings_is_forgotten_by_whoever_changes_them(land):
    """Before a summary, with it, and after each change: the same as the offerings say."""
    period = periods.parse("2022")

    def told():
        return everything(period)

    offered.summarise()
    assert Standing.objects.exists()
    before = told()

    more = OfferingFactory(service=land.unused.service, unit=land.full.unit, level=3)
    assert not Standing.objects.filter(top=land.north.pk).exists()
    assert Standing.objects.filter(top=land.south.pk).exists()
    after = told()
    assert after != before
    assert offered.summarise() == 1
    assert told() == after

    Offering.objects.filter(pk=more.pk).update(valid_to=date(2022, 9, 1))
    assert told() == before
    assert offered.summarise() == 1
    assert told() == before

    Offering.objects.filter(pk=more.pk).delete()
    assert offered.summarise() == 1
    assert told() == before

    Eligibility.objects.filter(service=land.full.service).update(valid_to=date(2022, 9, 10))
    assert not Standing.objects.exists()
    changed = told()
    assert changed != before
    EligibilityFactory(service=land.not_eligible.service)
    assert offered.summarise() == 3
    assert told() != changed


def test_an_agency_that_comes_under_another_province_takes_its_past_along(land):
    rollup.fold_all()
    offered.summarise()
    period = periods.parse("2022")
    commune = land.full.handling_agency
    commune.parent = Agency.objects.get(pk=land.south.pk)
    commune.save()
    assert compare()[1] == []
    by_top = figures.read(period, cuts.BY_TOP)
    assert not by_top[land.north.pk]
    assert by_top[land.south.pk].quantity({"received"}) == 12
    assert plain(by_top[land.south.pk]) == plain(
        figures.read(period.seen_at(at("2022-09-15 09:00")), cuts.BY_TOP)[land.south.pk]
    )


def test_an_agency_that_comes_under_a_ministry_counts_with_the_ministries_from_then_on(land):
    """And so does a province that turns out to be a ministry: whatever was added up by kind is added up again."""
    rollup.fold_all()
    period = periods.parse("2022")
    commune = land.full.handling_agency
    before = figures.read(period, cuts.BY_KIND)["province"].quantity({"received"})
    moved = figures.of(period, blocks.agency_block(commune.code)).quantity({"received"})
    assert moved > 0
    commune.parent = land.ministry
    commune.save()
    assert compare()[1] == []
    by_kind = figures.read(period, cuts.BY_KIND)
    assert by_kind["province"].quantity({"received"}) == before - moved

    land.south.kind = Agency.Kind.MINISTRY
    land.south.save()
    assert compare()[1] == []
    assert by_kind != figures.read(period, cuts.BY_KIND)
