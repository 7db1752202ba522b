"""Quantities and amounts of money."""

import re
from dataclasses import dataclass
from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from portal import wording
from portal.catalogue.questions import Question, question_type
from portal.catalogue.typed_text import one_line
from portal.catalogue.words import Words

LONGEST_NUMBER = 40  # characters, spaces and separators included
LARGEST = 10**15  # below 2**53, so that JSON readers of every kind keep it exactly
# Thousands may be parted by dots, commas or spaces; decimals by a comma or a dot.
GROUPED = re.compile(r"[0-9]{1,3}(?:(?P<mark>[., ])[0-9]{3})(?:(?P=mark)[0-9]{3})*")
DECIMALS = re.compile(r"(?P<whole>.+?)[.,](?P<part>[0-9]{1,2})")


def number_in(text: str) -> Decimal | None:
    """The number that ``text`` writes in Vietnamese or English manner, or ``None``.

    A separator followed by exactly three digits parts thousands; one followed by one or two digits parts
    decimals, so no number with at most two decimals can be misread.

    >>> number_in("1.234,5"), number_in("1,234.5"), number_in("72,5"), number_in("1.500.000")
    (Decimal('1234.5'), Decimal('1234.5'), Decimal('72.5'), Decimal('1500000'))
    """
    sign, text = ("-", text[1:].lstrip()) if text.startswith(("-", "−")) else ("", text)
    decimals = DECIMALS.fullmatch(text)
    whole, part = (decimals["whole"], decimals["part"]) if decimals else (text, "0")
    grouped = GROUPED.fullmatch(whole)
    if grouped and not (decimals and text[len(whole)] == grouped["mark"]):
        whole = whole.replace(grouped["mark"], "")
    if not re.fullmatch(r"[0-9]+", whole):
        return None
    return Decimal(f"{sign}{whole}.{part}")


@dataclass(frozen=True)
class Quantity(Question):
    """What numbers and money share: bounds, and a number of decimals (none, one or two).

    Whole numbers are stored as they are, others as text with a dot, so that none is rounded.
    ``usual`` holds the two bounds between which answers mostly lie: only samples heed it.
    """

    minimum: int = 0
    maximum: int = LARGEST
    decimals: int = 0
    unit: Words | None = None
    usual: tuple[int, ...] = ()

    @classmethod
    def read_bounds(cls, table):
        bounds = {
            "minimum": table.whole("minimum", minimum=-LARGEST, maximum=LARGEST),
            "maximum": table.whole("maximum", minimum=-LARGEST, maximum=LARGEST),
        }
        if bounds["minimum"] > bounds["maximum"]:
            table.refuse("maximum", _("must not be less than the minimum"))
        usual = table.wholes("usual", (bounds["minimum"], bounds["maximum"]))
        if len(usual) != 2 or not bounds["minimum"] <= usual[0] <= usual[1] <= bounds["maximum"]:
            table.refuse("usual", _("must be two numbers between minimum and maximum"))
        return {**bounds, "usual": usual}

    def widget(self):
        keyboard = "decimal" if self.decimals else "numeric"
        return forms.TextInput(
            self.control_attributes(**{"class": "form-control w-s", "inputmode": keyboard})
        )

    def read(self, typed, *, today):
        text = one_line(typed or "", label=self.label, max_length=LONGEST_NUMBER)
        if not text:
            return None
        number = number_in(text)
        if number is None:
            raise self.not_a_number()
        # Bounds before decimals: within them every number can be rounded exactly.
        if not self.minimum <= number <= self.maximum:
            raise self.refusal(
                _("“%(label)s” must be from %(low)s to %(high)s."),
                code="out_of_range",
                low=self.figure(self.minimum),
                high=self.figure(self.maximum),
            )
        if number != round(number, self.decimals):
            raise self.too_many_decimals()
        return self.kept(number)

    def kept(self, number: Decimal):
        return f"{number:.{self.decimals}f}" if self.decimals else int(number)

    def not_a_number(self):
        if self.decimals:
            return self.refusal(
                _("Enter “%(label)s” as a number, for example %(example)s."),
                code="not_a_number",
                example=wording.number(Decimal("72.5"), places=1),
            )
        return self.refusal(
            _("Enter “%(label)s” as a whole number, for example 12."), code="not_a_number"
        )

    def too_many_decimals(self):
        if self.decimals:
            return self.refusal(
                _("Enter “%(label)s” with at most %(decimals)s decimals."),
                code="too_many_decimals",
                decimals=self.decimals,
            )
        return self.not_a_number()

    def shown(self, value):
        return "" if value in (None, "") else wording.number(Decimal(value), self.decimals)

    def render(self, value, language):
        with override(language):
            return self.figure(Decimal(value), self.decimals)

    def figure(self, number, decimals: int = 0) -> str:
        """``number`` with its unit, in the language in use."""
        figure = wording.number(number, decimals)
        return f"{figure} {self.unit}" if self.unit else figure

    def sample(self, rng, *, today):
        low, high = self.usual
        step = 10 ** max(len(str(high)) - 2, 0) if high - low > 1000 else 1
        if not self.decimals:
            return rng.randrange(low, high + 1, step)
        scale = 10**self.decimals
        return self.kept(Decimal(rng.randint(low * scale, high * scale)) / scale)

    def example_invalid(self):
        return {self.key: "bảy hai"}


@question_type
@dataclass(frozen=True)
class Number(Quantity):
    """A number with bounds and, where it has one, a unit."""

    type = "number"

    @classmethod
    def read_options(cls, table):
        return {
            **cls.read_bounds(table),
            "decimals": table.whole("decimals", 0, minimum=0, maximum=2),
            "unit": table.words("unit", None),
        }


CURRENCY_DECIMALS = {"VND": 0, "USD": 2}


@question_type
@dataclass(frozen=True)
class Money(Quantity):
    """An amount of money: whole Vietnamese dong, or US dollars and cents."""

    type = "money"

    currency: str = "VND"

    @classmethod
    def read_options(cls, table):
        currency = table.one_of("currency", CURRENCY_DECIMALS, "VND")
        return {
            **cls.read_bounds(table),
            "currency": currency,
            "decimals": CURRENCY_DECIMALS[currency],
            "unit": Words("đồng", "dong") if currency == "VND" else Words("đô la Mỹ", "US dollars"),
        }

    def not_a_number(self):
        return self.refusal(
            _("Enter “%(label)s” as an amount in figures, for example %(example)s."),
            code="not_a_number",
            example=wording.number(1_500_000),
        )
