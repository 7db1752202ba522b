"""Rules between rows, facts of people and figures: what they let pass, what they refuse, and where it is shown."""

import random
from copy import deepcopy

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from portal.catalogue import crosscheck_kinds, definitions  # noqa: F401  (registers every kind)
from portal.catalogue.samples import sample_answers
from tests.catalogue.questions import ROW, question
from tests.catalogue.test_definitions import refused
from tests.catalogue.test_forms import TODAY, codes_of, filled, page

MEMBERS = [
    {"name": "Lê Văn Sơn", "citizen_id": "048085000001"},
    {"name": "Trần Thị Lan", "citizen_id": "048185000002"},
    {"name": "Phạm Văn Minh", "citizen_id": "048085000003"},
]


def rows_with(key, *values, **more):
    return [member | {key: value, **more} for member, value in zip(MEMBERS, values, strict=False)]


def together(code, step_key, **answers):
    """One page with these stored answers, the rest being sound."""
    sound = filled(definitions.service(code))
    return page(code, step_key, answers=sound | answers)


def test_contributions_add_up_to_the_charter_capital():
    members = rows_with("contribution", 100_000_000, 200_000_000, asset="money")
    assert together("2.001199", "members", members=members, charter_capital=300_000_000).is_valid()
    with override("vi"):
        form = together("2.001199", "members", members=members, charter_capital=310_000_000)
        assert codes_of(form, "members") == ["adds_up"]
        assert "được 300.000.000, nhưng “Vốn điều lệ” là 310.000.000" in form.errors["members"][0]


def test_shares_of_a_family_add_up_to_a_hundred():
    told = {"has_members": True}
    good = rows_with("share", "40.5", "59.5")
    assert together("1.001612", "owner", members=good, **told).is_valid()
    form = together("1.001612", "owner", members=rows_with("share", "40.5", "59.0"), **told)
    with override("en"):
        assert form.errors["members"] == [
            "“Share of the capital” adds up to 99.50. It must add up to 100."
        ]


@pytest.mark.parametrize(
    ("subscribed", "right"), [(299, False), (300, True), (1500, True), (1501, False)]
)
def test_founders_take_a_fifth_of_the_shares_and_no_more_than_there_are(subscribed, right):
    founders = rows_with("shares", 100, 100, 100, share_kind="ordinary")
    answers = {"founding_shareholders": founders, "shares_subscribed": subscribed}
    form = together("2.002043", "shareholders", **answers)
    assert form.is_valid() == right
    assert right or codes_of(form, "founding_shareholders") == ["adds_up"]


@pytest.mark.parametrize(
    ("count", "band", "right"),
    [
        (3, "up_to_3", True),
        (4, "up_to_3", False),
        (5, "four_or_five", True),
        (6, "four_or_five", False),
        (9, "six_or_more", True),
        (5, "six_or_more", False),
    ],
)
def test_the_fee_of_a_karaoke_house_is_that_of_its_rooms(count, band, right):
    room = {"room_name": "Phòng 1", "area_m2": "25.0", "door_glass": True}
    form = together("1.001029", "rooms", rooms=[room] * count, room_band=band)
    assert form.is_valid() == right
    assert right or codes_of(form, "room_band") == ["count_fits"]


def adoption(born, relation="none"):
    child = {"name": "Lê Minh Anh", "date_of_birth": born, "gender": "female"}
    parent = {"adopter_dob": "1990-05-02", "adopts_with_spouse": False}
    return together("2.001263", "child", child=child, adopter_relation=relation, **parent)


def test_a_child_is_twenty_years_younger_unless_it_is_of_the_family():
    assert adoption("2010-05-02").is_valid()
    form = adoption("2010-05-01")
    assert codes_of(form, "child") == ["date_of_birth"]  # where the page has its control
    assert form["child"].links
    for relation in ("step_parent", "uncle_aunt"):
        assert adoption("2010-05-01", relation).is_valid()


def test_nobody_dies_before_birth():
    deceased = {"name": "Lê Văn Sơn", "date_of_birth": "1950-03-01", "gender": "male"}
    deceased["citizen_id"] = "048050000001"
    answers = {"deceased": deceased, "death_date": "2022-08-20"}
    assert together("1.001731", "deceased", **answers).is_valid()
    late = deceased | {"date_of_birth": "2022-08-21", "citizen_id": "048222000001"}
    form = together("1.001731", "deceased", **(answers | {"deceased": late}))
    assert codes_of(form, "death_date") == ["date_order"]


def test_a_citizen_id_must_agree_with_the_birth_in_its_row():
    member = MEMBERS[0] | {"date_of_birth": "1985-02-03", "relationship": "spouse"}
    other = MEMBERS[1] | {"date_of_birth": "1986-02-03", "relationship": "child"}
    right = other | {"date_of_birth": "1985-02-03"}
    assert together("1.010038", "members", members=[member, right]).is_valid()
    form = together("1.010038", "members", members=[member, other])
    assert codes_of(form, "members") == ["1-citizen_id"]
    assert "Thành viên 2" in form.errors["members"][0]


def test_any_rule_may_stand_between_the_answers_of_a_row():
    asked = [
        {"key": key, "type": "date", "label": {"vi": key, "en": key}} for key in ("start", "end")
    ]
    rule = {"kind": "date_order", "earlier": "start", "later": "end"}
    stays = question("repeating", item_label=ROW, questions=asked, crosschecks=[rule])
    field = stays.form_field(today=TODAY)
    good = {"start": "01/09/2022", "end": "02/09/2022"}
    assert field.clean({0: good}) == [{"start": "2022-09-01", "end": "2022-09-02"}]
    with pytest.raises(ValidationError) as refusal:
        field.clean({0: good | {"end": "01/09/2022"}})
    assert [error.code for error in refusal.value.error_list] == ["0-end"]
    for seed in range(5):
        drawn = stays.sample(random.Random(seed), today=TODAY)
        assert all(row["start"] < row["end"] for row in drawn)


def test_samples_keep_known_facts_and_fit_the_rest_to_them():
    known = {
        "adopter_dob": "2001-03-04",
        "adopter_citizen_id": "048201000001",
        "adopter_gender": "male",
    }
    adoption = definitions.service("2.001263")
    for seed in range(5):
        drawn = sample_answers(adoption, random.Random(seed), today=TODAY, about=known)
        assert known.items() <= drawn.items()
        unrelated = drawn["adopter_relation"] not in ("step_parent", "uncle_aunt")
        assert not unrelated or drawn["child"]["date_of_birth"] >= "2021-03-04"
    company = definitions.service("2.001199")
    known = {"charter_capital": 1_234_000_000}
    drawn = sample_answers(company, random.Random(1), today=TODAY, about=known)
    assert sum(member["contribution"] for member in drawn["members"]) == 1_234_000_000


@pytest.mark.parametrize(
    ("code", "change", "key", "problem"),
    [
        ("2.001199", {"column": "members"}, "column", "type"),
        ("2.001199", {"column": "members.asset"}, "column", "type"),
        ("2.001199", {"column": "members.moons"}, "column", "type"),
        ("2.001199", {"total": "members.contribution"}, "total", "type"),
        ("2.001199", {"figure": 100}, "total", "figure"),
        ("1.001029", {"bands": {"up_to_3": [1, 3]}}, "bands", "each answer"),
        ("1.001029", {"bands": {"up_to_3": []}}, "bands.up_to_3", "fewest"),
        ("2.001263", {"younger": "child.name"}, "younger", "type"),
        (
            "2.001263",
            {"unless": {"question": "adopter_relation", "any_of": ["moon"]}},
            "unless",
            "",
        ),
    ],
)
def test_a_rule_that_fits_no_question_is_refused_by_name(code, change, key, problem):
    content = deepcopy(definitions.service(code).content)
    rules = content["crosschecks"]
    rules[-1] |= change
    with override("en"):
        where, why = refused(content)
    assert where == f"crosschecks[{len(rules) - 1}].{key}"
    assert problem in why
