"""Each metric against a number worked out by hand from ``stories.august``."""

from datetime import date

import pytest

from payments import actions
from payments.models import Attempt
from portal.metrics import blocks, figures, on_demand, periods, recount, registry, rollup
from portal.metrics.effects import snapshot
from portal.metrics.registry import Group, Reading, Unit
from portal.metrics.terms import Payments, Received
from portal.workflow import perform
from tests.agencies.factories import CommuneFactory, UnitFactory
from tests.catalogue.factories import OfferingFactory
from tests.dossiers import factories as dossiers
from tests.dossiers.factories import officer
from tests.metrics import stories
from tests.metrics.stories import clock_at, complete, received
from tests.payments.factories import AttemptFactory
from tests.payments.notices import notice_query

AUGUST = "2022-08"

# block → (numerator, denominator): the dossiers and services are listed beside the story.
BY_HAND = {
    "dossiers-online": {
        "nation": (7, 11),
        "provinces": (6, 10),
        "ministries": (1, 1),
        "A90": (4, 8),  # full 3, with a fee 1; on paper: full, submit only, forms only, with a fee
        "A90.01": (4, 8),
        "A91": (2, 2),
        "B90": (1, 1),
    },
    "dossiers-on-time": {
        "nation": (3, 4),
        "provinces": (3, 4),
        "ministries": (0, 0),
        "A90": (2, 3),
        "A91": (1, 1),
    },
    "services-level-4": {
        "nation": (
            3,
            5,
        ),  # of full, submit only, with a fee, southern, unused: full, with a fee, unused
        "provinces": (2, 4),
        "ministries": (1, 1),
        "A90": (2, 3),
        "A91": (0, 1),
    },
    "services-used": {
        "nation": (4, 6),  # all but forms only; not used: submit only, unused
        "provinces": (3, 4),
        "ministries": (1, 2),
        "A90": (2, 3),
        "A91": (1, 1),
    },
    "payments-online": {"nation": (1, None), "ministries": (0, None), "A90": (1, None)},
    "payments-online-amount": {
        "nation": (75_000, None),
        "ministries": (0, None),
        "A90": (75_000, None),
    },
}


@pytest.mark.parametrize("folded", [False, True], ids=["pending deltas", "folded"])
def test_every_metric_equals_its_hand_computed_example(land, folded):
    if folded:
        # Filed, each with a paper; received and one refused; completed; fees, one of them online.
        assert rollup.fold_all() == 15 * 2 + 13 + 1 + 4 + 2 + 1
    period = periods.parse(AUGUST)
    for code in {block for expected in BY_HAND.values() for block in expected}:
        counted = snapshot(period, blocks.block(code))
        for metric, expected in BY_HAND.items():
            if code in expected:
                assert counted[metric] == Reading(*expected[code]), (metric, code)


# The same of stories.october: all of the country unless a block is named.
IN_OCTOBER = {
    "services-at-level-1": {"nation": 0},
    "services-at-level-2": {"nation": 1},
    "services-at-level-3": {"nation": 2, "A90": 1},
    "services-at-level-4": {"nation": 4, "B90": 2},
    "services-online": {"nation": (6, 7), "A90": (3, 4)},
    "services-used": {"nation": (1, 6)},
    "services-level-4-of-all": {"nation": (4, 7), "B90": (2, 2)},
    "dossiers-with-e-result": {"nation": (3, 3)},
    "dossiers-filed": {"nation": 8},
    "dossiers-received": {"nation": 5, "A91": 0},
    "dossiers-online": {"nation": (4, 5)},
    "dossiers-counter": {"nation": (1, 5)},
    "dossiers-post": {"nation": (0, 5)},
    "dossiers-processed-online": {"nation": (2, 3), "A91": (1, 1)},
    # Received before 01/10: thirteen, four of them completed. One went from A90 to A91, where it was completed.
    "dossiers-carried-over": {"nation": 9, "A90": 7, "A91": 1, "B90": 1},
    "dossiers-in-hand": {"nation": 14, "A90": 11, "A91": 2, "B90": 1},
    "dossiers-ended": {"nation": 4, "A90": 3, "A91": 1, "B90": 0},
    "dossiers-open": {"nation": 10, "A90": 8, "A91": 1, "B90": 1},
    "dossiers-early": {"nation": (2, 3)},
    "dossiers-on-time": {"nation": (2, 3), "A90": (1, 2)},
    "dossiers-late": {"nation": (1, 3)},
    "dossiers-on-time-766": {"nation": (1, 3), "A90": (0, 2)},
    "dossiers-late-766": {"nation": (2, 3)},
    "dossiers-supplemented": {"nation": (1, 3)},
    "supplements": {"nation": 2},
    "dossiers-refused-at-reception": {"nation": (1, 6)},
    "dossiers-refused": {"nation": (1, 3)},
    "dossiers-withdrawn": {"nation": 1},
    "dossiers-stopped": {"nation": 1},
    "dossiers-expired": {"nation": 1},
    "dossiers-digitised": {"nation": (8, 8)},
    "results-online": {"nation": (1, 2)},
    "dossiers-full-process": {"nation": (1, 2), "A91": (1, 1)},
    "offerings-observed": {"nation": (1, 1), "A91": (0, 0)},
    "satisfaction": {"nation": (1, 2), "A91": (0, 1)},
    "satisfaction-index": {"nation": (1, 3), "A91": (0, 1)},
    "payments-online": {"nation": 0},
    "payments-online-dossiers": {"nation": (0, 0)},
    "payments-online-value": {"nation": (0, 0)},
    "payments-online-services": {"nation": (0, 0)},
    "people-online": {"nation": 7, "A91": 0},
    "accounts-opened": {"nation": 0},
    "one-door-units": {"nation": 3, "A90": 1},
    "localities-integrated": {"nation": (2, 4), "A90": (1, 2), "ministries": (0, 0)},
    # In hand for two, two and seven working days; the first waited for one.
    "working-time-p50": {"nation": 960, "A90": 960},
    "working-time-p90": {"nation": 3360, "A91": 960},
    "waiting-time-p50": {"nation": 0},
    "waiting-time-p90": {"nation": 480},
}


def test_what_may_become_of_a_dossier_is_counted_listed_and_recounted(land, monkeypatch):
    """Every figure equals its example, its lists are as long as its counts, folding changes none, history agrees."""
    stories.october(land)
    monkeypatch.setattr(on_demand, "ENOUGH", 1)
    period = periods.parse("2022-10")
    read = {
        code: (block, every_reading(period, block))
        for code in {block for expected in IN_OCTOBER.values() for block in expected}
        for block in [blocks.block(code)]
    }
    for metric, expected in IN_OCTOBER.items():
        for code, pair in expected.items():
            found = read[code][1][metric]
            assert found == Reading(*(pair if isinstance(pair, tuple) else (pair, None))), (
                metric,
                code,
            )
    for code in ("nation", "A90", "A91"):
        for metric, reading in read[code][1].items():
            for side, term in registry.metric(metric, period.as_of).sides.items():
                listing = term.listing(period, read[code][0])
                number = getattr(reading, side)
                if term.kind == "VND":
                    assert listing.total_amount() == number, (metric, side, code)
                elif term.kind != "minutes":
                    assert len(listing.rows) == number, (metric, side, code)
    rollup.fold_all()
    assert every_reading(period, blocks.NATION) == read["nation"][1]
    assert recount.compare()[1] == []


def every_reading(period, block):
    counted = figures.of(period, block)
    return {
        metric.code: metric.read(counted)
        if metric.is_kept
        else on_demand.read(metric, period, block)
        for metric in registry.declared(period.as_of)
        if not metric.no_source
    }


def test_every_declared_metric_has_an_example_or_says_why_not():
    declared = registry.declared(date(2022, 8, 31))
    assert set(BY_HAND) | set(IN_OCTOBER) == {
        metric.code for metric in declared if not metric.no_source
    }
    assert {metric.code for metric in declared if metric.no_source} == {
        "dossiers-processed-online-766",
        "dossiers-reusing",
        "dossiers-synchronised",
        "people-online-share",
        "dossiers-from-personal-store",
        "feedback-on-time",
        "accesses",
    }


def test_services_paid_online_among_services_paid(land):
    """In August two people paid for one service: one online, one at the counter."""
    period = periods.parse(AUGUST)
    metric = registry.metric("payments-online-services")
    assert on_demand.read(metric, period, blocks.NATION) == Reading(1, 1)
    assert on_demand.read(metric, period, blocks.block("A91")) == Reading(0, 0)

    stories.paid_otherwise(OfferingFactory(service=land.with_fee.service), "2022-09-16 09:00")

    assert on_demand.read(metric, periods.parse("2022-09"), blocks.NATION) == Reading(0, 1)


def test_what_went_over_the_counter_is_observed_beside_the_declared_level(land):
    """Level 4, but its one fee was paid at the counter: level 3. Level 3 with paper alone: level 2."""
    clock_at("2022-09-16 09:00")
    other = OfferingFactory(service=land.with_fee.service, level=4)
    dossier = stories.filed(other)
    dossiers.request_payment(dossier)
    request = dossier.payment_requests.get()
    perform(dossier, "record_payment", by=None, request=request)
    dossiers.receive(dossier)
    for each in (complete(dossier, "2022-09-16 10:00"), on_paper(land.submit_only)):
        dossiers.return_result(each)
    period = periods.parse("2022-09")
    metric = registry.metric("offerings-observed")

    assert on_demand.read(metric, period, blocks.NATION) == Reading(0, 2)
    rows = metric.denominator.listing(period, blocks.NATION).rows
    assert {(row["level"], row["observed_level"]) for row in rows} == {(4, 3), (3, 2)}
    full = on_demand.read(registry.metric("dossiers-full-process"), period, blocks.NATION)
    assert full == Reading(0, 2)


def on_paper(offering):
    return stories.completed(offering, "2022-09-16 09:00", "2022-09-16 11:00", paper=True)


def test_below_thirty_dossiers_no_time_is_given(land):
    period = periods.parse(AUGUST)
    reading = on_demand.read(registry.metric("working-time-p50"), period, blocks.NATION)
    assert reading == Reading(None)


def test_coverage_changed_its_meaning_in_2024():
    """97.3 % of 2022 and 51.5 % of 2024 are different figures: both versions live."""
    before, after = (
        registry.metric("services-level-4", date(year, 12, 31)) for year in (2023, 2024)
    )
    assert (before.since.year, after.since.year) == (2022, 2024)
    assert before.numerator.used is None
    assert after.numerator.used is True


def test_national_figures_are_pooled_not_averaged(land):
    period = periods.parse(AUGUST)
    nation = snapshot(period)["dossiers-online"]
    parts = [
        snapshot(period, block)["dossiers-online"]
        for block in (blocks.PROVINCES, blocks.MINISTRIES)
    ]
    assert nation.numerator == sum(part.numerator for part in parts)
    assert nation.share != sum(part.share for part in parts) / 2


def test_a_share_of_nothing_is_no_data(land):
    reading = snapshot(periods.parse(AUGUST), blocks.MINISTRIES)["dossiers-on-time"]
    assert reading == Reading(0, 0)
    assert reading.share is None


@pytest.mark.parametrize(
    ("text", "online"),
    [
        ("2022-07", (1, 1)),
        ("2022-Q3", (9, 13)),
        ("2022", (9, 13)),
        ("2022-08-15..2022-08-16", (1, 4)),
        ("2022-08-31..2022-09-01", (2, 2)),
        ("2021", (0, 0)),
    ],
)
def test_any_period(land, text, online):
    assert snapshot(periods.parse(text))["dossiers-online"] == Reading(*online)


def test_services_are_looked_at_on_the_last_day_of_the_period(land):
    OfferingFactory(
        service=land.submit_only.service,
        unit=land.unused.unit,
        level=4,
        valid_from=date(2022, 9, 1),
    )
    OfferingFactory(
        service=land.southern.service, unit=land.unused.unit, level=4, valid_from=date(2022, 9, 20)
    )
    assert snapshot(periods.parse("2022-08"))["services-level-4"] == Reading(3, 5)
    # The one that begins on 20/09 is not yet there on 15/09, though September ends later.
    assert snapshot(periods.parse("2022-09"))["services-level-4"] == Reading(4, 6)


def test_a_service_counts_once_at_a_province_at_its_highest_level(land):
    lower = land.full.unit.agency.parent
    OfferingFactory(
        service=land.full.service, unit=UnitFactory(agency=CommuneFactory(parent=lower)), level=3
    )
    assert snapshot(periods.parse(AUGUST))["services-level-4"] == Reading(3, 5)


def test_a_surplus_payment_counts_nowhere(land):
    before = snapshot(periods.parse("2022-09"))["payments-online"]
    paid = Attempt.objects.get()
    second = AttemptFactory(dossier=paid.dossier, request=paid.request)
    actions.absorb(notice_query(second))
    second.refresh_from_db()
    assert second.state == "surplus"
    assert snapshot(periods.parse("2022-09"))["payments-online"] == before


def test_a_new_version_holds_from_its_day_on(monkeypatch):
    monkeypatch.setattr(registry, "_versions", {})
    words = {
        "name": "Test",
        "short": "Test",
        "unit": Unit.PAYMENTS,
        "group": Group.PAYMENTS,
        "counts": "",
        "excludes": "",
        "source": "",
        "certainty": "?",
    }
    old = registry.declare(code="trial", numerator=Payments(), since=date(2022, 1, 1), **words)
    new = registry.declare(code="trial", numerator=Received(), since=date(2024, 1, 1), **words)
    assert registry.metric("trial", date(2021, 6, 1)) is old
    assert registry.metric("trial", date(2023, 12, 31)) is old
    assert registry.metric("trial", date(2024, 1, 1)) is new
    assert registry.metrics(date(2024, 1, 1)) == [new]
    with pytest.raises(ValueError, match="trial"):
        registry.declare(code="trial", numerator=Payments(), since=date(2024, 1, 1), **words)


def test_a_transferred_dossier_is_completed_where_it_then_is(land):
    dossier = received(land.full, "2022-08-22 09:00")
    perform(dossier, "transfer", by=officer(dossier, "one_door"), to=land.southern.handling_agency)
    complete(dossier, "2022-08-23 09:00")
    clock_at("2022-09-15 09:00")
    period = periods.parse(AUGUST)
    assert snapshot(period, blocks.block("A90"))["dossiers-online"] == Reading(5, 9)
    assert snapshot(period, blocks.block("A90"))["dossiers-on-time"] == Reading(2, 3)
    assert snapshot(period, blocks.block("A91"))["dossiers-on-time"] == Reading(2, 2)


def test_identities_of_counts(land):
    """docs/metrics.md, “Identities”."""
    for text in ("2022", "2022-08", "2022-09", "2022-08-08..2022-08-16"):
        period = periods.parse(text)
        nation, provinces, ministries, north, south = (
            snapshot(period, blocks.block(code))
            for code in ("nation", "provinces", "ministries", "A90", "A91")
        )
        for code in BY_HAND:
            for side in ("numerator", "denominator"):
                counts = [
                    getattr(each[code], side) or 0 for each in (nation, provinces, ministries)
                ]
                assert counts[0] == counts[1] + counts[2]
                assert counts[1] == sum(getattr(each[code], side) or 0 for each in (north, south))
            if nation[code].denominator is not None:
                assert nation[code].numerator <= nation[code].denominator
        counted = figures.of(period, blocks.NATION)
        channels = [counted.quantity({"received"}, channel) for channel in (1, 2, 3)]
        assert sum(channels) == nation["dossiers-online"].denominator
        assert channels[1] == nation["dossiers-online"].numerator
        parts = [counted.quantity({f"completed_{each}"}) for each in ("early", "on_time", "late")]
        assert sum(parts) == nation["dossiers-on-time"].denominator
