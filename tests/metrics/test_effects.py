"""What one dossier did: each metric moves by exactly that, and by nothing else."""

from portal.metrics.blocks import block
from portal.metrics.effects import effects_of, snapshot
from portal.metrics.periods import parse
from portal.metrics.registry import Reading
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
    for effect in effects_of(dossier):
        lines = client.get(effect.url).context["lines"]
        assert dossier.code in {line["code"] for line in lines}


def test_nothing_was_counted_yet(land):
    assert snapshot(parse("2021"))["dossiers-online"] == Reading(0, 0)
