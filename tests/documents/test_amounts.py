"""Sums in words, read aloud by hand."""

import doctest

import pytest

from portal.documents import amounts
from portal.documents.amounts import dong, dong_in_words


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (0, "Không đồng"),
        (5, "Năm đồng"),
        (10, "Mười đồng"),
        (15, "Mười lăm đồng"),
        (21, "Hai mươi mốt đồng"),
        (11, "Mười một đồng"),
        (55, "Năm mươi lăm đồng"),
        (101, "Một trăm linh một đồng"),
        (110, "Một trăm mười đồng"),
        (500, "Năm trăm đồng"),
        (1_000, "Một nghìn đồng"),
        (1_005, "Một nghìn không trăm linh năm đồng"),
        (75_000, "Bảy mươi lăm nghìn đồng"),
        (200_000, "Hai trăm nghìn đồng"),
        (1_000_000, "Một triệu đồng"),
        (1_000_015, "Một triệu không trăm mười lăm đồng"),
        (2_024_631, "Hai triệu không trăm hai mươi bốn nghìn sáu trăm ba mươi mốt đồng"),
        (1_000_000_000, "Một tỷ đồng"),
        (5_000_000_001, "Năm tỷ không trăm linh một đồng"),
        (1_234_000_000_000, "Một nghìn hai trăm ba mươi bốn tỷ đồng"),
    ],
)
def test_in_words(amount, words):
    assert dong_in_words(amount) == words


def test_in_figures():
    assert dong(1_205_000) == "1.205.000 đồng"
    assert dong(0) == "0 đồng"


def test_no_receipt_for_less_than_nothing():
    with pytest.raises(ValueError, match="less than nothing"):
        dong_in_words(-1)


def test_the_example():
    assert doctest.testmod(amounts) == (0, 1)
