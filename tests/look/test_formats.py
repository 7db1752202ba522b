from datetime import date

import pytest
from django import forms
from django.utils import formats, translation


@pytest.mark.parametrize("language", ["vi", "en"])
def test_dates_are_typed_day_first_in_both_languages(language):
    """In Django's English 05/10/2022 is a day of May."""
    with translation.override(language):
        assert forms.DateField().clean("05/10/2022") == date(2022, 10, 5)


@pytest.mark.parametrize(("language", "written"), [("vi", "05/10/2022"), ("en", "5 October 2022")])
def test_dates_of_the_desk(language, written):
    with translation.override(language):
        assert formats.date_format(date(2022, 10, 5)) == written
