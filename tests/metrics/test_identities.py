"""docs/metrics.md, “Identities”: they hold for any period and any block, whatever becomes of dossiers."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from dossiers.actions.rating import rate
from dossiers.models import Dossier, DossierHistory
from portal.clock.models import PortalClock
from portal.errors import PortalError
from portal.metrics import blocks, figures, periods, recount, registry, rollup
from portal.metrics.counting import (
    COMPLETED,
    ENDED,
    ENDED_UNRECEIVED,
    FILED,
    RECEIVED,
    REFUSED_AT_RECEPTION,
    TRANSFERRED_IN,
    TRANSFERRED_OUT,
)
from portal.metrics.effects import snapshot
from portal.workflow import perform
from portal.worktime import at
from tests.clock import rewinding
from tests.dossiers import factories as dossiers
from tests.dossiers.factories import AttachmentFactory, DossierFactory, officer
from tests.metrics.stories import ask_at_appraisal, clock_at, supply

LEFT = ["refuse_receipt", "accept_withdrawal", "expire", "stop"]
BEGINS = at("2022-10-03 09:00")


def transfer(dossier):
    elsewhere = dossier.elsewhere
    perform(dossier, "transfer", by=officer(dossier, "one_door"), to=elsewhere)


def decide(dossier):
    dossiers.propose(dossier)
    dossiers.complete(dossier)


def refuse(dossier):
    dossiers.propose(dossier, outcome="refused")
    dossiers.complete(dossier)


def accept_withdrawal(dossier):
    by = "leader" if dossier.processing_started_at else "one_door"
    perform(dossier, "accept_withdrawal", by=officer(dossier, by))


def refuse_withdrawal(dossier):
    by = "leader" if dossier.processing_started_at else "one_door"
    perform(dossier, "refuse_withdrawal", by=officer(dossier, by), reason="Đã gần xong.")


def expire(dossier):
    perform(dossier, "expire", by=None)


def like(dossier):
    rate(dossier, by=dossier.filed_by, value=3)


def dislike(dossier):
    rate(dossier, by=dossier.filed_by, value=1)


# What may follow in each state; what the machine refuses then simply does not happen.
MOVES = {
    "draft": [dossiers.submit],
    "submitted": [
        dossiers.receive,
        dossiers.receive,
        dossiers.refuse_receipt,
        dossiers.request_supplement,
        dossiers.request_withdrawal,
        dossiers.request_payment,
    ],
    "received": [dossiers.start_processing, transfer, dossiers.request_withdrawal, dossiers.stop],
    "in_process": [decide, decide, refuse, ask_at_appraisal, transfer, dossiers.stop],
    "supplement_requested": [supply, supply, expire, dossiers.request_withdrawal],
    "payment_requested": [dossiers.pay, expire],
    "withdrawal_requested": [accept_withdrawal, refuse_withdrawal],
    "completed": [dossiers.return_result],
    "returned": [like, dislike],
}

lives = st.lists(
    st.tuples(
        st.integers(0, 3),  # which service
        st.booleans(),  # on paper
        st.lists(st.tuples(st.integers(0, 5), st.integers(1, 12)), min_size=2, max_size=9),
    ),
    min_size=2,
    max_size=5,
)
spans = st.tuples(st.integers(0, 60), st.integers(0, 60))


def live(land, life):
    """One dossier: a move and then some half days, again and again."""
    which, paper, steps = life
    offering = [land.full, land.with_fee, land.southern, land.not_eligible][which]
    show(BEGINS)
    dossier = DossierFactory(offering=offering, paper=paper, papers=())
    AttachmentFactory(dossier=dossier)
    dossier.elsewhere = (land.full if offering is land.southern else land.southern).handling_agency
    now = BEGINS
    for choice, half_days in steps:
        possible = MOVES.get(str(dossier.state), [])
        if not possible:
            return
        move = possible[choice % len(possible)]
        now += timedelta(days=32) if move is expire else timedelta(hours=12 * half_days)
        show(now)
        try:
            with transaction.atomic():
                move(dossier)
        except PortalError:
            dossier.refresh_from_db()


def show(instant):
    rewinding.show(PortalClock.objects, instant - timezone.now())


def check(land, told, span):
    with transaction.atomic():
        for life in told:
            live(land, life)
        clock_at("2023-12-29 09:00")
        first = date(2022, 10, 3) + timedelta(days=min(span))
        middle = date(2022, 10, 3) + timedelta(days=max(span))
        period = periods.between(first, middle)
        later = periods.between(middle + timedelta(days=1), date(2023, 12, 28))
        for code in ("nation", "provinces", "A90", "A91", "B90"):
            block = blocks.block(code)
            hold(period, later, block)
        rollup.fold(at_most=7)
        assert recount.compare()[1] == []
        transaction.set_rollback(True)


def hold(period, later, block):
    counted = figures.of(period, block)
    after = snapshot(later, block)
    said = {code: reading.numerator for code, reading in snapshot(period, block).items()}
    whole = {code: reading.denominator for code, reading in snapshot(period, block).items()}

    def cells(*names):
        return counted.quantity(set(names))

    assert said["dossiers-received"] == sum(
        said[f"dossiers-{way}"] for way in ("online", "counter", "post")
    )
    moved = cells(TRANSFERRED_IN) - cells(TRANSFERRED_OUT)
    assert said["dossiers-in-hand"] == (
        said["dossiers-carried-over"] + said["dossiers-received"] + moved
    )
    assert said["dossiers-in-hand"] == said["dossiers-ended"] + said["dossiers-open"]
    assert said["dossiers-ended"] == (
        said["dossiers-early"]
        + (said["dossiers-on-time"] - said["dossiers-early"])
        + said["dossiers-late"]
        + cells(*ENDED.values())
    )
    assert whole["dossiers-on-time"] == said["dossiers-on-time"] + said["dossiers-late"]
    assert whole["dossiers-late-766"] == said["dossiers-on-time-766"] + said["dossiers-late-766"]
    assert after["dossiers-carried-over"].numerator == said["dossiers-open"]
    if block is blocks.NATION:
        assert moved == 0
        # Whoever is neither received nor refused, since the beginning, still waits at the counter's door.
        so_far = figures.of(periods.between(date(2022, 1, 1), period.last), block)
        left = {RECEIVED, REFUSED_AT_RECEPTION, *ENDED_UNRECEIVED.values()}
        gone = DossierHistory.objects.filter(
            dossier=OuterRef("pk"), transition__in=["receive", *LEFT], at__lt=period.end
        )
        waiting = Dossier.objects.filter(~Exists(gone), submitted_at__lt=period.end)
        assert waiting.count() == so_far.quantity({FILED}) - so_far.quantity(left)
    assert cells(*COMPLETED.values()) == whole["dossiers-on-time"]
    for code, number in said.items():
        if whole[code] is not None:
            assert 0 <= number <= whole[code], code
    for code in ("dossiers-carried-over", "dossiers-in-hand", "dossiers-open", "dossiers-ended"):
        listing = registry.metric(code).numerator.listing(period, block)
        assert listing.rows.count() == said[code], code


ANY_HISTORY = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
}


@settings(max_examples=4, phases=[Phase.generate], **ANY_HISTORY)
@given(told=lives, span=spans)
def test_identities_hold_over_some_histories(land, told, span):
    check(land, told, span)


@pytest.mark.slow
@settings(max_examples=150, **ANY_HISTORY)
@given(told=lives, span=spans)
def test_identities_hold_over_many_histories(land, told, span):
    check(land, told, span)
