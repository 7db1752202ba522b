"""Levels: the whole table of level and capability, written out by hand."""

import pytest

from portal.catalogue import levels
from portal.catalogue.errors import (
    REFUSALS,
    FormsNotOffered,
    LevelRefusal,
    OnlineExchangeRefused,
    OnlinePaymentRefused,
    OnlineResultRefused,
    OnlineSubmissionRefused,
    PostalResultRefused,
    require_level,
)
from portal.catalogue.levels import Capability, allows

# Levels 1, 2, 3 and 4 from left to right.
TABLE = {
    "read_information": "yes yes yes yes",
    "submit_at_counter": "yes yes yes yes",
    "submit_by_post": "yes yes yes yes",
    "pay_at_counter": "yes yes yes yes",
    "receive_at_counter": "yes yes yes yes",
    "download_forms": "no yes yes yes",
    "fill_online": "no no yes yes",
    "submit_online": "no no yes yes",
    "exchange_online": "no no yes yes",
    "pay_online": "no no no yes",
    "receive_online": "no no no yes",
    "receive_by_post": "no no no yes",
}
CELLS = [
    (level, Capability(name), answer == "yes")
    for name, answers in TABLE.items()
    for level, answer in zip(levels.LEVELS, answers.split(), strict=True)
]


def test_the_table_is_whole():
    assert set(TABLE) == set(Capability)
    assert len(CELLS) == len(Capability) * 4


@pytest.mark.parametrize(("level", "capability", "expected"), CELLS)
def test_level_allows(level, capability, expected):
    assert allows(level, capability) is expected


@pytest.mark.parametrize(("level", "capability", "expected"), CELLS)
def test_requiring_lets_pass_or_refuses_in_a_sentence(level, capability, expected):
    if expected:
        assert require_level(level, capability, service="Đăng ký khai sinh") is None
        return
    with pytest.raises(LevelRefusal) as refusal:
        require_level(level, capability, service="Đăng ký khai sinh")
    assert type(refusal.value) is REFUSALS[capability]
    assert refusal.value.status == 403
    assert refusal.value.fields == {"level": level, "service": "Đăng ký khai sinh"}
    assert "Đăng ký khai sinh" in str(refusal.value)


@pytest.mark.parametrize(
    ("level", "capability", "refusal"),
    [
        (1, "download_forms", FormsNotOffered),
        (1, "submit_online", OnlineSubmissionRefused),
        (2, "submit_online", OnlineSubmissionRefused),
        (2, "fill_online", OnlineSubmissionRefused),
        (2, "exchange_online", OnlineExchangeRefused),
        (3, "pay_online", OnlinePaymentRefused),
        (3, "receive_online", OnlineResultRefused),
        (3, "receive_by_post", PostalResultRefused),
    ],
)
def test_each_refusal_has_a_class_of_its_own(level, capability, refusal):
    with pytest.raises(refusal):
        require_level(level, Capability(capability), service="…")


@pytest.mark.parametrize("level", [0, 5, -1, None, "4"])
def test_a_level_that_does_not_exist(level):
    with pytest.raises(ValueError, match="level"):
        allows(level, Capability.READ_INFORMATION)


def test_a_capability_that_does_not_exist():
    with pytest.raises(ValueError, match="fly"):
        allows(4, "fly")


@pytest.mark.parametrize(
    ("level", "fee_vnd", "expected"),
    [(4, 1, True), (4, 0, False), (3, 200_000, False), (2, 10_000, False), (1, 0, False)],
)
def test_only_level_4_with_a_fee_needs_online_payment(level, fee_vnd, expected):
    assert levels.needs_online_payment(level, fee_vnd) is expected


@pytest.mark.parametrize(
    ("level", "expected"),
    [(1, ("counter",)), (2, ("counter",)), (3, ("counter",)), (4, ("online", "counter", "post"))],
)
def test_deliveries_follow_the_level(level, expected):
    assert levels.deliveries(level, ("online", "counter", "post")) == expected


def test_a_delivery_the_service_does_not_offer_is_not_added():
    assert levels.deliveries(4, ("counter",)) == ("counter",)
