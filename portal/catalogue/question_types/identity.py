"""Numbers that stand for a person or an enterprise: citizen ID, tax code, telephone.

Source: docs/sources.md, “Services”, identity numbers.
"""

import random
import re
from dataclasses import dataclass
from datetime import date

import phonenumbers
from django import forms
from django.utils.translation import gettext_lazy as _
from stdnum.exceptions import ValidationError as InvalidNumber
from stdnum.vn import mst

from portal.catalogue.questions import Question, question_type
from portal.catalogue.reference_lists import province_of_gso_code
from portal.catalogue.typed_text import one_line

LONGEST_NUMBER = 40  # characters, spaces and marks included
MARKS = str.maketrans("", "", " .-")


@dataclass(frozen=True)
class CitizenNumber:
    """What the twelve digits of a citizen ID say."""

    province: str  # national code, such as H17
    is_male: bool
    birth_year: int

    @classmethod
    def parse(cls, digits: str) -> "CitizenNumber | None":
        """The meaning of twelve digits, or ``None`` where the first three name no province.

        Three digits for the province of birth registration, one for century and sex (even: male),
        two for the year of birth, six at random; there is no check digit.
        """
        province = province_of_gso_code().get(digits[1:3]) if digits[0] == "0" else None
        if province is None:
            return None
        century = 1900 + 100 * (int(digits[3]) // 2)
        return cls(province, int(digits[3]) % 2 == 0, century + int(digits[4:6]))


def citizen_number(rng: random.Random, *, born: date, is_male: bool) -> str:
    """An invented citizen ID of somebody born that day."""
    century_sex = 2 * ((born.year - 1900) // 100) + (0 if is_male else 1)
    province = rng.choice(sorted(province_of_gso_code()))
    return f"0{province}{century_sex}{born.year % 100:02}{rng.randrange(10**6):06}"


@question_type
@dataclass(frozen=True)
class CitizenId(Question):
    """The twelve digits of a citizen ID, checked by their structure."""

    type = "citizen_id"

    def widget(self):
        return forms.TextInput(
            self.control_attributes(**{"class": "form-control w-s", "inputmode": "numeric"})
        )

    def read(self, typed, *, today):
        digits = one_line(typed or "", label=self.label, max_length=LONGEST_NUMBER).translate(MARKS)
        if not digits:
            return None
        if not re.fullmatch(r"[0-9]{12}", digits):
            raise self.refusal(
                _("Enter “%(label)s” as the 12 digits printed on the citizen identity card."),
                code="not_12_digits",
            )
        number = CitizenNumber.parse(digits)
        if number is None:
            raise self.refusal(
                _(
                    "“%(label)s” begins with %(prefix)s, which is no province. Check the first three digits."
                ),
                code="no_such_province",
                prefix=digits[:3],
            )
        if number.birth_year > today.year:
            raise self.refusal(
                _("“%(label)s” says born in %(year)s. Check the fourth to the sixth digit."),
                code="born_in_future",
                year=number.birth_year,
            )
        return digits

    def shown(self, value):
        return value or ""

    def render(self, value, language):
        return f"{value[:4]} {value[4:8]} {value[8:]}"

    def sample(self, rng, *, today):
        born = date(today.year - rng.randint(20, 65), 1, 1)
        return citizen_number(rng, born=born, is_male=rng.random() < 0.5)

    def example_invalid(self):
        return {self.key: "000123456789"}


@question_type
@dataclass(frozen=True)
class TaxCode(Question):
    """The tax code of an enterprise: ten digits with a check digit, thirteen for a branch."""

    type = "tax_code"

    def widget(self):
        return forms.TextInput(self.control_attributes(**{"class": "form-control w-s"}))

    def read(self, typed, *, today):
        text = one_line(typed or "", label=self.label, max_length=LONGEST_NUMBER)
        if not text:
            return None
        digits = text.translate(MARKS)
        if not re.fullmatch(r"[0-9]{10}(?:[0-9]{3})?", digits):
            raise self.refusal(
                _(
                    "Enter “%(label)s” as 10 digits, or 13 for a branch, for example 0100233488-001."
                ),
                code="not_10_digits",
            )
        try:
            mst.validate(digits)
        except InvalidNumber:
            raise self.refusal(
                _(
                    "“%(label)s” %(typed)s is not a valid number. Compare it with the registration certificate."
                ),
                code="wrong_check_digit",
                typed=text,
            ) from None
        return mst.format(digits)

    def shown(self, value):
        return value or ""

    def render(self, value, language):
        return value

    def sample(self, rng, *, today):
        while True:
            nine = f"{rng.choice(sorted(province_of_gso_code()))}{rng.randrange(10**7):07}"
            try:
                return mst.validate(nine + mst.calc_check_digit(nine))
            except InvalidNumber:
                continue  # one stem in eleven has no check digit of one figure

    def example_invalid(self):
        return {self.key: "0100233480"}


MOBILE_PREFIXES = (
    "090",
    "091",
    "093",
    "094",
    "096",
    "097",
    "098",
    "032",
    "035",
    "070",
    "079",
    "081",
    "088",
)


@question_type
@dataclass(frozen=True)
class Phone(Question):
    """A telephone number in Viet Nam. Stored in international form, such as +84905000000."""

    type = "phone"

    def widget(self):
        return forms.TelInput(self.control_attributes(**{"class": "form-control w-s"}))

    def read(self, typed, *, today):
        text = one_line(typed or "", label=self.label, max_length=LONGEST_NUMBER)
        if not text:
            return None
        try:
            number = phonenumbers.parse(text, "VN")
        except phonenumbers.NumberParseException:
            raise self.not_a_number() from None
        if number.extension or not phonenumbers.is_valid_number_for_region(number, "VN"):
            raise self.not_a_number()
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    def not_a_number(self):
        return self.refusal(
            _("Enter “%(label)s” as a telephone number in Viet Nam, for example 0905 123 456."),
            code="not_a_phone",
        )

    def shown(self, value):
        return self.render(value, "vi") if value else ""

    def render(self, value, language):
        number = phonenumbers.parse(value)
        style = phonenumbers.PhoneNumberFormat.NATIONAL
        if language.startswith("en"):
            style = phonenumbers.PhoneNumberFormat.INTERNATIONAL
        return phonenumbers.format_number(number, style)

    def sample(self, rng, *, today):
        return f"+84{rng.choice(MOBILE_PREFIXES)[1:]}{rng.randrange(10**7):07}"

    def example_invalid(self):
        return {self.key: "0123"}
