"""The tree of agencies as of any day, and who continues whom."""

from collections import Counter
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from portal import clock
from portal.agencies import present, succession
from portal.agencies.loading import load_agencies
from portal.agencies.models import Agency, Naming, Succession, Unit
from portal.agencies.places import commune_names, district_names
from tests.agencies.factories import (
    ProvinceFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("whole_catalogue")]

BEFORE = date(2025, 6, 30)
MERGER = date(2025, 7, 1)
MINISTRIES_MERGE = date(2025, 3, 1)


def kinds_as_of(day):
    return Counter(Agency.objects.as_of(day).values_list("kind", flat=True))


# The tree -----------------------------------------------------------------------------------


def test_the_merger_is_a_dated_fact():
    before, after = kinds_as_of(BEFORE), kinds_as_of(MERGER)
    assert (before["province"], after["province"]) == (63, 34)
    assert before["district"] >= 63 * 3
    assert after["district"] == 0
    assert kinds_as_of(date(2025, 2, 28))["ministry"] == 22
    assert kinds_as_of(MINISTRIES_MERGE)["ministry"] == 17
    communes = Agency.objects.as_of(MERGER).filter(kind="commune")
    assert set(communes.values_list("parent__kind", flat=True)) == {"province"}
    assert set(
        Agency.objects.as_of(BEFORE).filter(kind="commune").values_list("parent__kind", flat=True)
    ) == {"district"}


def test_every_province_and_ministry_is_staffed_and_meets_citizens_in_one_door_units():
    tree = Agency.objects.as_of(date(2022, 8, 30)).select_related("parent")
    below = Counter((agency.top_id, agency.kind) for agency in tree)
    for top in Agency.objects.tops(date(2022, 8, 30)):
        assert below[top.pk, "department"] >= (10 if top.kind == "province" else 1), top
        if top.kind == "province":
            assert below[top.pk, "district"] >= 3, top
            assert below[top.pk, "commune"] >= 3, top
    for deep in ("H17", "H26", "H29"):
        communes = Agency.objects.as_of(BEFORE).filter(top__code=deep, kind="commune")
        assert communes.count() >= 16
    without = Agency.objects.exclude(kind="department").filter(units__isnull=True)
    assert not without.exists()
    assert not Unit.objects.filter(opening_hours="").exists()


def test_nobody_outlives_the_agency_above():
    lives = {agency.pk: agency for agency in Agency.objects.all()}
    for child in lives.values():
        if child.parent_id is None:
            continue
        parent = lives[child.parent_id]
        assert parent.valid_to is None or child.valid_to <= parent.valid_to, child
        assert parent.valid_from is None or child.valid_from >= parent.valid_from, child
        assert child.code.startswith(f"{parent.code}.")
        assert lives[child.top_id].code == child.code.split(".")[0]
        assert child.root_id == (parent.root_id if child.kind == "department" else child.pk)


def test_loading_writes_in_few_statements_and_nothing_the_second_time(
    django_assert_max_num_queries,
):
    with django_assert_max_num_queries(14):
        assert load_agencies() == 0


def test_a_province_keeps_its_row_and_gets_the_statistical_code_of_its_new_capital():
    changed = {
        naming.agency.code: (naming.agency.gso_code, naming.gso_code)
        for naming in Naming.objects.filter(valid_from=MERGER).select_related("agency")
    }
    assert changed["H38"] == ("10", "15")
    assert len(changed) == 7
    hue = Agency.objects.get(code="H57")
    assert hue.naming_on(date(2024, 12, 31)) is None
    assert hue.naming_on(date(2025, 1, 1)).name_vi == "Thành phố Huế"


def test_names_of_places_for_addresses():
    assert "Quận Hải Châu" in district_names("H17")
    assert commune_names("H17", "Huyện Hòa Vang") == ("Xã Hòa Châu", "Xã Hòa Phong", "Xã Hòa Tiến")
    assert district_names("H17", MERGER) == ()
    assert "Phường Hải Châu" in commune_names("H17", day=MERGER)
    assert commune_names("H99") == ()


# Succession ---------------------------------------------------------------------------------


def answers_on(day):
    """``{agency: (who answers for it, the ministry or province of that)}``."""
    with connection.cursor() as cursor:
        cursor.execute(succession.ANSWERS_ON, [day])
        return {agency: (answers, top) for agency, answers, top in cursor.fetchall()}


def test_whoever_ended_is_continued_by_somebody_who_is_there():
    ended = Agency.objects.filter(valid_to__isnull=False)
    assert ended.count() == Succession.objects.count() > 1000
    answers = {agency: heir for agency, (heir, _top) in answers_on(MERGER).items()}
    there = set(Agency.objects.as_of(MERGER).values_list("pk", flat=True))
    born_later = set(Agency.objects.filter(valid_from__gt=MERGER).values_list("pk", flat=True))
    assert set(answers.values()) - born_later == there
    assert len(answers) == Agency.objects.count()


@pytest.mark.parametrize(
    ("code", "day", "successor"),
    [
        ("H47", BEFORE, None),
        ("H47", MERGER, "H17"),
        ("H17.01", MERGER, "H17.101"),
        ("H17.01.01.01", MERGER, "H17.101.01"),
        ("H47.22", date(2025, 2, 28), None),
        ("H47.22", MINISTRIES_MERGE, "H47.31"),  # labour goes to home affairs,
        ("H47.22", MERGER, "H17.31"),  # and those to the merged province
        ("G13", MINISTRIES_MERGE, "G25"),
        ("H17.21", MERGER, None),
    ],
)
def test_the_successor_on_a_day(code, day, successor):
    agency = Agency.objects.get(code=code)
    found = agency.successor_on(day)
    assert (found and found.code) == successor
    assert succession.in_succession(agency, day) == (found or agency)
    assert answers_on(day)[agency.pk] == ((found or agency).pk, (found or agency).top_id)


def test_ministries_and_provinces_of_the_past_under_those_of_any_day():
    tops = {agency.pk: agency.code for agency in Agency.objects.tops()}
    for day in (BEFORE, MERGER):
        expected = {key: answers_on(day)[key][1] for key in tops}
        assert succession.tops_on(day) == expected
    assert {
        tops[key] for key, heir in succession.tops_on(MERGER).items() if tops[heir] == "H17"
    } == {
        "H17",
        "H47",
    }


def test_figures_of_the_past_are_cut_by_the_tree_of_any_day():
    hoi_an = Agency.objects.get(code="H47.02")
    for day, top in ((BEFORE, "H47"), (MERGER, "H17")):
        assert Agency.objects.get(pk=answers_on(day)[hoi_an.pk][1]).code == top


# What the database refuses ----------------------------------------------------------------------

DAY = date(2026, 5, 1)


@pytest.fixture
def closed():
    return ProvinceFactory(valid_to=DAY)


def refuses(name, act):
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        act()
    assert name in str(refusal.value) or refusal.value.__cause__.diag.constraint_name == name


@pytest.mark.parametrize(
    ("day", "heir"),
    [
        (DAY + timedelta(1), {}),  # the agency is gone a day longer than said
        (DAY, {"valid_to": DAY}),  # the heir ends with it
        (DAY, {"valid_from": DAY + timedelta(1)}),  # the heir comes later
    ],
)
def test_a_succession_that_fits_not_both_lives(closed, day, heir):
    successor = ProvinceFactory(**heir)
    refuses(
        "succession_fits_both_lives",
        lambda: Succession.objects.create(agency=closed, successor=successor, day=day, basis="–"),
    )


def test_no_two_successors_no_circle_and_no_life_that_denies_a_succession(closed):
    heir = ProvinceFactory()
    Succession.objects.create(agency=closed, successor=heir, day=DAY, basis="–")
    refuses(
        "agency_id",
        lambda: Succession.objects.create(
            agency=closed, successor=ProvinceFactory(), day=DAY, basis="–"
        ),
    )
    life = "agency_life_fits_succession"
    refuses(life, lambda: Agency.objects.filter(pk=closed.pk).update(valid_to=None))
    refuses(life, lambda: Agency.objects.filter(pk=heir.pk).update(valid_to=DAY))
    Agency.objects.filter(pk=heir.pk).update(valid_to=DAY + timedelta(9))
    refuses(
        "succession_fits_both_lives",
        lambda: Succession.objects.create(
            agency=heir, successor=closed, day=DAY + timedelta(9), basis="–"
        ),
    )
    refuses(
        "succession_", lambda: Succession.objects.filter(agency=closed).update(successor=closed)
    )


# The present --------------------------------------------------------------------------------


def test_the_demo_stands_before_the_merger_and_production_moves(settings):
    settings.TREE_STANDS_AT = date(2024, 12, 31)
    assert present.tree_day(date(2022, 8, 30)) == date(2022, 8, 30)
    assert present.today() == date(2024, 12, 31)
    settings.TREE_STANDS_AT = None
    assert present.today() == clock.today()
