"""Numbers that an authority or a company gave to a thing: passports, documents, parcels, goods, trades."""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.catalogue.questions import Question, question_type
from portal.catalogue.typed_text import one_line

LONGEST_IDENTIFIER = 60  # characters


@dataclass(frozen=True)
class Format:
    """How one kind of identifier is written; ``expectation`` names the question and gives an example."""

    pattern: re.Pattern
    expectation: str | Promise
    invalid: str
    sample: Callable[[random.Random], str]
    dropped: str = " "  # characters people add for the eye
    case: Callable[[str], str] = str.upper

    def read(self, text: str) -> str | None:
        """``text`` in the form that is kept, or ``None`` when it is no such identifier."""
        kept = self.case(text).translate(str.maketrans("", "", self.dropped))
        return kept if self.pattern.fullmatch(kept) else None


FORMATS = {
    "passport": Format(
        re.compile(r"(?=.*[0-9])[A-Z0-9]{6,12}"),
        _(
            "Enter “%(label)s” as printed in the passport, letters and digits only, for example M12345678."
        ),
        "hộ chiếu",
        lambda rng: f"{rng.choice('ABCEGKMNPRT')}{rng.randrange(10**8):08}",
    ),
    "document_number": Format(
        re.compile(r"(?=.*[0-9])[0-9A-ZĐ]+(?:[./-][0-9A-ZĐ]+)*"),
        _(
            "Enter “%(label)s” as written on the paper: digits, letters, dots, dashes and slashes, such as 125/2019."
        ),
        "không nhớ",
        lambda rng: f"{rng.randint(1, 480)}/{rng.randint(1985, 2022)}",
    ),
    "year": Format(
        re.compile(r"(?:1[89]|20)[0-9]{2}"),
        _("Enter “%(label)s” as a year of four digits, for example 1979."),
        "năm con rồng",
        lambda rng: str(rng.randint(1950, 2015)),
    ),
    "invoice_number": Format(
        re.compile(r"(?=.*[0-9])[0-9A-ZĐ]+(?:[./-][0-9A-ZĐ]+)*"),
        _(
            "Enter “%(label)s” as printed on the invoice: digits, letters, dashes and slashes, such as INV-2022/0815."
        ),
        "hóa đơn",
        lambda rng: f"INV-{rng.randint(2021, 2022)}/{rng.randrange(10**4):04}",
    ),
    "parcel": Format(
        re.compile(r"[1-9][0-9]{0,4}"),
        _("Enter “%(label)s” in digits as on the land certificate, for example 118."),
        "thửa bên sông",
        lambda rng: str(rng.randint(1, 900)),
    ),
    "land_certificate": Format(
        re.compile(r"[A-ZĐ]{1,2}[0-9]{6,8}"),
        _(
            "Enter “%(label)s” as printed at the foot of the first page: letters and digits, for example DB 123456."
        ),
        "sổ đỏ",
        lambda rng: f"{rng.choice(['BM', 'CH', 'CL', 'CS', 'DA', 'DB'])}{rng.randrange(10**6):06}",
    ),
    "household_business": Format(
        # Older certificates: province, district, 8 and six digits. Newer ones: the tax code or the personal number.
        re.compile(r"[0-9]{2}[A-Z]8[0-9]{6}|[0-9]{10}|[0-9]{12,13}"),
        _("Enter “%(label)s” as printed on the registration certificate, for example 32A8012345."),
        "giấy phép con",
        lambda rng: (
            f"{rng.choice(['01', '32', '41'])}{rng.choice('ABCDE')}8{rng.randrange(10**6):06}"
        ),
        dropped=" .-",
    ),
    "driving_licence": Format(
        re.compile(r"[0-9]{12}|[A-Z]{1,2}[0-9]{6}"),
        _(
            "Enter “%(label)s” as on the front of the licence: 12 digits, or letters and 6 digits on an old paper one."
        ),
        "bằng lái",
        lambda rng: f"{rng.choice(['48', '01', '79'])}{rng.randrange(10**10):010}",
    ),
    "health_card": Format(
        re.compile(r"(?:[A-Z]{2}[1-5][0-9]{2})?[0-9]{10}"),
        _(
            "Enter “%(label)s” as on the health insurance card: 15 characters, or the last 10 digits, for example "
            "DN 4 48 4820123456."
        ),
        "thẻ khám bệnh",
        lambda rng: f"{rng.choice(['DN4', 'GD4', 'HC4', 'TE1'])}4848{rng.randrange(10**8):08}",
        dropped=" .-",
    ),
    "hs_code": Format(
        re.compile(r"[0-9]{6}(?:[0-9]{2})?"),
        _("Enter “%(label)s” as HS codes of 6 or 8 digits, for example 6109.10."),
        "áo thun",
        lambda rng: rng.choice(
            ["610910", "090111", "640399", "851762", "940360", "030617", "100630"]
        ),
        dropped=" .",
    ),
    "industry_code": Format(
        re.compile(r"[0-9]{4}"),
        _("Enter “%(label)s” as industry codes of 4 digits, for example 4711."),
        "tạp hóa",
        lambda rng: rng.choice(["4711", "4772", "5610", "5630", "9631", "4520", "1410", "5510"]),
    ),
    "social_insurance": Format(
        re.compile(r"[0-9]{10}"),
        _(
            "Enter “%(label)s” as the 10 digits on the social insurance book or card, for example 4820123456."
        ),
        "sổ bảo hiểm",
        lambda rng: f"{rng.choice(['48', '49', '79', '01'])}{rng.randrange(10**8):08}",
    ),
    "bank_account": Format(
        re.compile(r"[0-9]{6,19}"),
        _("Enter “%(label)s” in digits as the bank gave it, for example 0041 0002 3456 7."),
        "tài khoản lương",
        lambda rng: f"0{rng.randrange(10**12):012}",
        dropped=" .-",
    ),
    "cas_number": Format(
        re.compile(r"[1-9][0-9]{1,6}-[0-9]{2}-[0-9]"),
        _("Enter “%(label)s” as on the safety data sheet, for example 7664-93-9."),
        "axit",
        lambda rng: rng.choice(["7664-93-9", "67-64-1", "1310-73-2", "64-17-5", "7647-01-0"]),
    ),
    "domain": Format(
        re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}"),
        _(
            "Enter “%(label)s” as the address of the website without http://, for example cuahangmau.vn."
        ),
        "trang bán hàng",
        lambda rng: (
            f"{rng.choice(['hoaqua', 'caphe', 'mayhan', 'sachcu', 'gomlang'])}{rng.randint(1, 99)}.vn"
        ),
        case=str.lower,
    ),
}


@question_type
@dataclass(frozen=True)
class Identifier(Question):
    """An identifier of one of the ``FORMATS``. Stored in capitals, without spaces.

    ``examples`` are answers of this very question, where the format alone gives none that one would believe: only
    samples heed them.
    """

    type = "identifier"

    format: str = ""
    examples: tuple[str, ...] = ()

    @classmethod
    def read_options(cls, table):
        return {
            "format": table.one_of("format", FORMATS),
            "examples": table.texts("examples", ()),
        }

    def widget(self):
        return forms.TextInput(self.control_attributes(**{"class": "form-control w-s"}))

    def read(self, typed, *, today):
        text = one_line(typed or "", label=self.label, max_length=LONGEST_IDENTIFIER)
        if not text:
            return None
        kept = FORMATS[self.format].read(text)
        if kept is None:
            raise self.refusal(FORMATS[self.format].expectation, code="not_an_identifier")
        return kept

    def shown(self, value):
        return value or ""

    def render(self, value, language):
        return value

    def sample(self, rng, *, today):
        if self.examples:
            return self.read(rng.choice(self.examples), today=today)
        return FORMATS[self.format].sample(rng)

    def example_invalid(self):
        return {self.key: FORMATS[self.format].invalid}
