"""What one dossier did: each metric moves by exactly that, and by nothing else."""

from dossiers.models import Dossier
from portal.metrics.blocks import block
from portal.metrics.effects import effects_of, snapshot
from portal.metrics.periods import parse
from portal.metrics.registry import Reading, metric
from portal.worktime import at
from tests.metrics import stories

YEAR = "2022"

# Those of which each test names every change; all others are covered by the one that adds up what is told.
NAMED = {
    "dossiers-online",
    "dossiers-on-time",
    "services-used",
    "payments-online",
    "payments-online-amount",
}


def moved(before, after):
    """``{code: (added to the numerator, added to the denominator)}`` of the named metrics that differ."""
    return {
        code: (
            after[code].numerator - before[code].numerator,
            (after[code].denominator or 0) - (before[code].denominator or 0),
        )
        for code in NAMED
        if after[code] != before[code]
    }


def told(dossier):
    """``[(metric, side, added)]`` of the effects, in their order."""
    return [
        (effect.metric.code, effect.side, effect.added)
        for effect in effects_of(dossier)
        if effect.metric.code in NAMED
    ]


def test_a_paid_level_4_dossier_from_end_to_end(land):
    before = snapshot(parse(YEAR))
    stories.clock_at("2022-09-16 08:00")
    dossier = stories.filed(land.with_fee)
    assert moved(before, snapshot(parse(YEAR))) == {}
    assert told(dossier) == []

    stories.pay_online(dossier)
    assert moved(before, snapshot(parse(YEAR))) == {
        "payments-online": (1, 0),
        "payments-online-amount": (75_000, 0),
    }
    stories.dossiers.receive(dossier)
    stories.complete(dossier, "2022-09-20 10:00")
    assert moved(before, snapshot(parse(YEAR))) == {
        "dossiers-online": (1, 1),
        "dossiers-on-time": (1, 1),
        "payments-online": (1, 0),
        "payments-online-amount": (75_000, 0),
    }
    assert told(dossier) == [
        ("payments-online", "numerator", 1),
        ("payments-online-amount", "numerator", 75_000),
        ("dossiers-online", "numerator", 1),
        ("dossiers-online", "denominator", 1),
        ("dossiers-on-time", "numerator", 1),
        ("dossiers-on-time", "denominator", 1),
    ]
    assert {effect.agency for effect in effects_of(dossier)} == {dossier.handling_agency}
    assert {effect.name for effect in effects_of(dossier)} >= {
        "Số tiền thanh toán trực tuyến",
        "Hồ sơ tiếp nhận trên mạng (tử số)",
        "Hồ sơ tiếp nhận trên mạng (mẫu số)",
    }


def test_the_first_online_dossier_of_a_service_makes_it_one_that_generates_dossiers(land):
    before = snapshot(parse(YEAR), block("B90"))
    dossier = stories.received(land.unused, "2022-09-16 08:00")
    assert moved(before, snapshot(parse(YEAR), block("B90"))) == {
        "dossiers-online": (1, 1),
        "services-used": (1, 0),
    }
    assert ("services-used", "numerator", 1) in told(dossier)
    second = stories.received(land.unused, "2022-09-16 09:00")
    assert ("services-used", "numerator", 1) not in told(second)
    assert ("services-used", "numerator", 1) in told(dossier)


def test_a_late_paper_dossier_adds_to_the_denominators_only(land):
    before = snapshot(parse(YEAR))
    dossier = stories.completed(land.full, "2022-09-16 08:00", "2022-10-03 08:00", paper=True)
    assert moved(before, snapshot(parse(YEAR))) == {
        "dossiers-online": (0, 1),
        "dossiers-on-time": (0, 1),
    }
    assert told(dossier) == [
        ("dossiers-online", "denominator", 1),
        ("dossiers-on-time", "denominator", 1),
    ]


def test_an_effect_opens_a_list_that_holds_the_dossier(client, land):
    dossier = stories.completed(land.full, "2022-09-16 08:00", "2022-09-19 08:00")
    found = effects_of(dossier)
    assert {effect.metric.code for effect in found} > NAMED - {"payments-online"} - {
        "payments-online-amount",
        "services-used",
    }
    for effect in found:
        # What was in hand and ended is in the list no longer: it was taken off.
        if effect.added < 0 or not effect.metric.side(effect.side).adds_up:
            continue
        lines = client.get(effect.url).context["lines"]
        assert dossier.code in {line["code"] for line in lines}


def test_nothing_was_counted_yet(land):
    assert snapshot(parse("2021"))["dossiers-online"] == Reading(0, 0)


def test_whatever_becomes_of_dossiers_what_is_told_adds_up_to_what_moved(land):
    """Every side of every figure of moves, over dossiers transferred, refused, asked twice, disliked and late."""
    before = snapshot(parse(YEAR))
    story = stories.october(land)
    after = snapshot(parse(YEAR))
    told_in_all = {}
    for dossier in Dossier.objects.filter(submitted_at__gte=at("2022-10-01 00:00")):
        for effect in effects_of(dossier):
            key = effect.metric.code, effect.side
            told_in_all[key] = told_in_all.get(key, 0) + effect.added
    for code, reading in after.items():
        for side, term in metric(code).sides.items():
            if term.kind != "services":
                moved_by = getattr(reading, side) - getattr(before[code], side)
                assert told_in_all.get((code, side), 0) == moved_by, (code, side)
    assert story.moved.handling_agency == land.southern.handling_agency
