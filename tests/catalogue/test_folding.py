"""Folding: what people type in a hurry and what the files say must meet."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.catalogue.folding import fold, folded_words


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("Đăng ký khai sinh", "dang ky khai sinh"),
        ("dang ky khai sinh", "dang ky khai sinh"),
        ("ĐĂNG KÝ KHAI SINH", "dang ky khai sinh"),
        ("Hộ tịch (liên thông)", "ho tich lien thong"),
        ("Cấp Giấy chứng nhận, C/O mẫu D", "cap giay chung nhan c o mau d"),
        ("1.001193", "1.001193"),
        ("đổi giấy phép: hạng B2.", "doi giay phep hang b2"),
        ("Ưu tiên – Ơn nghĩa", "uu tien on nghia"),
        ("", ""),
    ],
)
def test_fold(typed, folded):
    assert fold(typed) == folded


def test_words_keep_their_order():
    assert folded_words("  Lý lịch   tư pháp ") == ["ly", "lich", "tu", "phap"]


@settings(deadline=None)  # the machine may be busy
@given(st.text())
def test_decomposed_and_composed_text_fold_alike(text):
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@settings(deadline=None)  # the machine may be busy
@given(st.text())
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)
