"""Fees: computed from stored answers, by hand-made rules and by the rules of the catalogue."""

import pytest
from django.utils.translation import override

from portal.catalogue import definitions
from portal.catalogue.errors import DefinitionError, FeeAnswerMissing
from portal.catalogue.fees import FeeLine, described, fee_due, read_fee
from portal.catalogue.tables import Table
from portal.catalogue.words import Words
from tests.catalogue.factories import small_content


def rule(**content):
    return read_fee(Table(content, file="test.toml", path="fee"))


def test_nothing_is_due_without_a_fee():
    fee = fee_due(rule(kind="none"), {})
    assert (fee.amount_vnd, fee.lines) == (0, ())


def test_a_fixed_fee_is_the_same_for_all():
    fixed = rule(kind="fixed", amount_vnd=75_000)
    assert fee_due(fixed, {}).amount_vnd == 75_000
    assert fee_due(fixed, {"copies": 9}, channel="counter").amount_vnd == 75_000


@pytest.mark.parametrize(("copies", "amount_vnd"), [(1, 8_000), (3, 24_000), (20, 160_000)])
def test_a_fee_per_copy(copies, amount_vnd):
    per_copy = rule(
        kind="per_copy", amount_vnd=8_000, question="copies", name={"vi": "Phí", "en": "Fee"}
    )
    fee = fee_due(per_copy, {"copies": copies})
    assert fee.amount_vnd == amount_vnd
    assert fee.lines == (FeeLine(Words("Phí", "Fee"), copies, 8_000),)


@pytest.mark.parametrize(
    ("answer", "amount_vnd"), [("all", 200_000), ("some", 100_000), ("none", 0)]
)
def test_a_fee_by_answer(answer, amount_vnd):
    by_answer = rule(
        kind="by_answer", question="who", amounts_vnd={"all": 200_000, "some": 100_000, "none": 0}
    )
    fee = fee_due(by_answer, {"who": answer})
    assert fee.amount_vnd == amount_vnd
    assert len(fee.lines) == (1 if amount_vnd else 0)


@pytest.mark.parametrize(
    ("channel", "amount_vnd"), [("online", 10_000), ("counter", 20_000), ("post", 20_000)]
)
def test_a_fee_by_channel(channel, amount_vnd):
    by_channel = rule(kind="by_channel", amount_vnd=20_000, online_amount_vnd=10_000)
    assert fee_due(by_channel, {}, channel=channel).amount_vnd == amount_vnd


def test_a_missing_answer_is_refused_by_the_words_of_its_question():
    extract = definitions.service("2.000635")
    with pytest.raises(FeeAnswerMissing) as refusal, override("vi"):
        fee_due(extract.fee, {})
    assert str(refusal.value.fields["question"]) == "Số bản sao cần cấp"


@pytest.mark.parametrize(
    ("code", "answers", "amount_vnd"),
    [
        ("1.012812", {}, 0),
        ("2.000884", {"copies": 3}, 10_000),
        ("1.000894", {}, 0),
        ("1.013225", {}, 75_000),
        ("2.000488", {"fee_category": "standard"}, 200_000),
        ("2.000488", {"fee_category": "reduced"}, 100_000),
        ("2.000488", {"fee_category": "exempt"}, 0),
        ("1.004873", {}, 15_000),
        ("2.000635", {"copies": 2}, 16_000),
        ("1.001193", {}, 0),
        ("1.004222", {}, 10_000),
        ("MOIT-CO-D", {}, 60_000),
        ("1.001612", {}, 100_000),
        ("1.014199", {}, 600_000),
    ],
)
def test_fees_of_the_catalogue(code, answers, amount_vnd):
    assert fee_due(definitions.service(code).fee, answers).amount_vnd == amount_vnd


@pytest.mark.parametrize(
    "content",
    [
        {"kind": "fixed"},
        {"kind": "fixed", "amount_vnd": 0},
        {"kind": "fixed", "amount_vnd": -5},
        {"kind": "fixed", "amount_vnd": 1.5},
        {"kind": "fixed", "amount_vnd": True},
        {"kind": "fixed", "amount_vnd": 10**12},
        {"kind": "per_copy", "amount_vnd": 8_000},
        {"kind": "by_answer", "question": "who"},
        {"kind": "by_weather"},
        {"kind": "none", "amount_vnd": 5},
        {"kind": "none", "when": "someday"},
        {},
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(content):
    with pytest.raises(DefinitionError) as refusal:
        rule(**content)
    assert refusal.value.fields["file"] == "test.toml"
    assert refusal.value.fields["key"].startswith("fee.")


def test_every_rule_of_the_catalogue_can_be_described_in_both_languages():
    for definition in definitions.load_all().values():
        texts = {described(definition.fee, "vi"), described(definition.fee, "en")}
        assert all(texts)
        assert definition.fee.highest_vnd() == 0 or any(
            each.isdigit() for text in texts for each in text
        )


# By the page: the fee for certified copies of 2.000815 --------------------------------------------------

CERTIFIED_COPIES = {
    "kind": "per_page",
    "question": "pages",
    "copies": "copies",
    "amount_vnd": 2_000,
    "first_pages": 2,
    "further_vnd": 1_000,
    "at_most_vnd": 200_000,
    "name": {"vi": "Phí chứng thực bản sao", "en": "Fee for certified copies"},
}


@pytest.mark.parametrize(
    ("pages", "copies", "amount_vnd"),
    [
        (1, 1, 2_000),
        (2, 1, 4_000),
        (3, 1, 5_000),
        (5, 3, 21_000),
        (198, 1, 200_000),
        (199, 1, 200_000),
        (500, 2, 400_000),
    ],
)
def test_a_fee_by_the_page_falls_from_a_page_on_and_ends_at_so_much_a_copy(
    pages, copies, amount_vnd
):
    fee = fee_due(rule(**CERTIFIED_COPIES), {"pages": pages, "copies": copies})

    one = sum(2_000 if page <= 2 else 1_000 for page in range(1, pages + 1))
    assert fee.amount_vnd == amount_vnd == copies * min(one, 200_000)
    assert fee.lines[0].unit_amount_vnd == 2_000


@pytest.mark.parametrize("missing", ["pages", "copies"])
def test_a_fee_by_the_page_needs_both_numbers(missing):
    answers = {"pages": 2, "copies": 1}
    answers.pop(missing)

    with pytest.raises(FeeAnswerMissing):
        fee_due(rule(**CERTIFIED_COPIES), answers)


@pytest.mark.parametrize("key", ["pages", "copies"])
def test_a_fee_by_the_page_wants_numbers_that_everybody_gives(key):
    content = small_content(code="9.000815")
    content["fee"] = CERTIFIED_COPIES
    questions = content["groups"][0]["questions"]
    pages = {"key": "pages", "type": "number", "label": {"vi": "Số trang", "en": "Pages"}}
    questions.insert(0, pages | {"minimum": 1, "maximum": 500})
    assert definitions.from_content(content, key="whole").fee.question_keys() == (
        "pages",
        "copies",
    )

    content["groups"][0]["questions"] = [each for each in questions if each["key"] != key]
    with pytest.raises(DefinitionError):
        definitions.from_content(content, key=f"without {key}")


def test_a_reduction_of_the_catalogue_says_why_and_by_which_law():
    fee = fee_due(definitions.service("2.000488").fee, {"fee_category": "reduced"})

    assert [line.amount_vnd for line in fee.lines] == [200_000, -100_000]
    assert "sinh viên" in fee.lines[1].reason.vi
    assert fee.lines[1].legal_basis.vi == "Thông tư số 244/2016/TT-BTC"


# Per product, by rule, and for less ------------------------------------------------------------------

POOR = {
    "if": {"question": "who", "any_of": ["poor"]},
    "percent": 100,
    "reason": {"vi": "Hộ nghèo", "en": "Poor household"},
    "legal_basis": {
        "vi": "Điều 10 Luật Phí và lệ phí",
        "en": "Law on fees and charges, article 10",
    },
}
STUDENT = {
    "if": {"question": "who", "any_of": ["student", "poor"]},
    "percent": 50,
    "reason": {"vi": "Học sinh, sinh viên", "en": "Student"},
    "legal_basis": {"vi": "Thông tư", "en": "Circular"},
}


@pytest.mark.parametrize(
    ("answer", "amount_vnd"), [(1, 60_000), (3, 80_000), (9, 100_000), (["a", "b"], 70_000)]
)
def test_a_fee_per_product_with_a_basic_part_and_a_highest_amount(answer, amount_vnd):
    per_product = rule(
        kind="per_product",
        amount_vnd=10_000,
        base_vnd=50_000,
        at_most_vnd=100_000,
        question="goods",
    )

    fee = fee_due(per_product, {"goods": answer})

    assert fee.amount_vnd == amount_vnd == sum(line.amount_vnd for line in fee.lines)
    with pytest.raises(FeeAnswerMissing):
        fee_due(per_product, {})


@pytest.mark.parametrize(
    ("answers", "amount_vnd"),
    [
        ({"size": "big", "fast": True}, 500_000),
        ({"size": "big", "fast": False}, 200_000),
        ({"size": "big"}, 200_000),
        ({"size": "small", "fast": True}, 0),
        ({}, 50_000),
    ],
)
def test_a_fee_by_rule_takes_the_first_case_that_fits(answers, amount_vnd):
    big = {"question": "size", "any_of": ["big"]}
    by_rule = rule(
        kind="by_rule",
        otherwise_vnd=50_000,
        cases=[
            {"all_of": [big, {"question": "fast", "is": True}], "amount_vnd": 500_000},
            {"all_of": [big], "amount_vnd": 200_000},
            {"all_of": [{"question": "size", "any_of": ["small"]}], "amount_vnd": 0},
        ],
    )

    assert fee_due(by_rule, answers).amount_vnd == amount_vnd
    assert by_rule.highest_vnd() == 500_000
    assert {each.question for each in by_rule.conditions()} == {"size", "fast"}


@pytest.mark.parametrize(
    ("who", "amount_vnd"), [("poor", 0), ("student", 37_500), ("other", 75_001), (None, 75_001)]
)
def test_a_reduction_is_a_line_with_its_legal_reason_and_the_largest_counts_alone(who, amount_vnd):
    fixed = rule(kind="fixed", amount_vnd=75_001, reductions=[STUDENT, POOR])

    fee = fee_due(fixed, {"who": who})

    assert fee.amount_vnd == amount_vnd
    assert len(fee.lines) == (2 if who in ("poor", "student") else 1)
    if who == "poor":
        assert (fee.lines[1].reason.vi, fee.lines[1].legal_basis.vi) == (
            "Hộ nghèo",
            "Điều 10 Luật Phí và lệ phí",
        )


@pytest.mark.parametrize("missing", ["reason", "legal_basis", "percent", "if"])
def test_nobody_pays_less_without_a_reason(missing):
    reduction = {key: value for key, value in POOR.items() if key != missing}

    with pytest.raises(DefinitionError):
        rule(kind="fixed", amount_vnd=75_000, reductions=[reduction])


@pytest.mark.parametrize("percent", [0, 101, -5, 12.5])
def test_a_reduction_is_a_part_of_the_fee(percent):
    with pytest.raises(DefinitionError):
        rule(kind="fixed", amount_vnd=75_000, reductions=[POOR | {"percent": percent}])
