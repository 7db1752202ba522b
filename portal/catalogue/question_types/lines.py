"""Several answers of one kind, one on each line."""

import re
from dataclasses import dataclass
from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.catalogue.question_types.dates import EARLIEST
from portal.catalogue.question_types.identifiers import FORMATS
from portal.catalogue.questions import Question, question_type
from portal.catalogue.typed_text import many_lines

MAX_LINE = 300  # characters
PERIOD = re.compile(
    r"(?P<start_month>[0-9]{1,2})/(?P<start_year>[0-9]{4}) ?[-–—] ?"
    r"(?:(?P<end_month>[0-9]{1,2})/(?P<end_year>[0-9]{4})|(?P<open>nay|now)) ?: ?(?P<what>\S.*)",
    re.IGNORECASE,
)
UNTIL_NOW = "nay"


@question_type
@dataclass(frozen=True)
class Lines(Question):
    """A list typed one item a line. ``item`` is text, period, or a format of identifiers. Stored: a list of text.

    A period is kept as ``03/2015 – 08/2019: what``, an open one as ``03/2015 – nay: what``.
    """

    type = "lines"
    template = "components/question/line.html"

    item: str = "text"
    max_items: int = 20
    examples: tuple[str, ...] = ()

    @classmethod
    def read_options(cls, table):
        options = {
            "item": table.one_of("item", {"text", "period", *FORMATS}, "text"),
            "max_items": table.whole("max_items", 20, minimum=1, maximum=100),
            "examples": table.texts("examples"),
        }
        if not options["examples"]:
            table.refuse("examples", _("must hold at least one believable answer"))
        return options

    def widget(self):
        return forms.Textarea(self.control_attributes(rows="4"))

    def read(self, typed, *, today):
        text = many_lines(typed or "", label=self.label, max_length=self.max_items * (MAX_LINE + 1))
        items = [line for line in text.split("\n") if line]
        if len(items) > self.max_items:
            raise self.refusal(
                _("Write at most %(max)s lines in “%(label)s”. There are %(count)s now."),
                code="too_many",
                max=self.max_items,
                count=len(items),
            )
        return [self.read_item(number, line, today) for number, line in enumerate(items, 1)] or None

    def read_item(self, number: int, line: str, today: date) -> str:
        if len(line) > MAX_LINE:
            raise self.refusal(
                _("Shorten line %(number)s of “%(label)s” to %(max)s characters or fewer."),
                code="too_long",
                number=number,
                max=MAX_LINE,
            )
        if self.item == "text":
            return line
        if self.item == "period":
            return self.read_period(number, line, today)
        kept = FORMATS[self.item].read(line)
        if kept is None:
            raise self.refusal(FORMATS[self.item].expectation, code="not_an_identifier")
        return kept

    def read_period(self, number: int, line: str, today: date) -> str:
        found = PERIOD.fullmatch(line)
        if found is None:
            raise self.refusal(
                _(
                    "Write line %(number)s of “%(label)s” as months, a colon and the rest, "
                    "for example 03/2015 - 08/2019: 12 Trần Phú, Đà Nẵng."
                ),
                code="not_a_period",
                number=number,
            )
        start, end = (
            month(found["start_month"], found["start_year"]),
            date(today.year, today.month, 1),
        )
        if not found["open"]:
            end = month(found["end_month"], found["end_year"])
        if start is None or end is None or not start <= end <= today:
            raise self.refusal(
                _(
                    "Check the months in line %(number)s of “%(label)s”: from 1 to 12, "
                    "the first not after the second, none in the future."
                ),
                code="wrong_period",
                number=number,
            )
        until = UNTIL_NOW if found["open"] else f"{end:%m/%Y}"
        return f"{start:%m/%Y} – {until}: {found['what']}"

    def shown(self, value):
        return "\n".join(value or [])

    def render(self, value, language):
        if self.item == "period" and language.startswith("en"):
            value = [line.replace(f"– {UNTIL_NOW}:", "– now:", 1) for line in value]
        return "\n".join(value)

    def sample(self, rng, *, today):
        return self.read(rng.choice(self.examples), today=today)

    def example_invalid(self):
        invalid = {"text": "mục\n" * (self.max_items + 1), "period": "từ nhỏ đến giờ"}
        return {self.key: invalid.get(self.item) or FORMATS[self.item].invalid}


def month(month_digits: str, year_digits: str) -> date | None:
    """The first day of a month as typed, or ``None`` when nobody living can mean it."""
    try:
        first = date(int(year_digits), int(month_digits), 1)
    except ValueError:
        return None
    return first if first >= EARLIEST else None
