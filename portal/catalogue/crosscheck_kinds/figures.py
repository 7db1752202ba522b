"""Rules between figures, and between the lengths of lists."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from portal import wording
from portal.catalogue.crosschecks import (
    Conflict,
    CrossCheck,
    crosscheck,
    fact_of,
    key_of,
    question_at,
)


@crosscheck
@dataclass(frozen=True)
class AtMost(CrossCheck):
    """``smaller`` must not exceed ``larger``."""

    kind = "at_most"
    types = {"smaller": ("number", "money"), "larger": ("number", "money")}

    smaller: str
    larger: str

    def conflict(self, answers, labels):
        values = self.values(answers)
        if values is None or Decimal(values[0]) <= Decimal(values[1]):
            return None
        sentence = _("“%(label)s” must not be more than “%(larger)s”. Check both figures.")
        names = {"label": labels[self.smaller], "larger": labels[self.larger]}
        return Conflict(self.smaller, "at_most", sentence, names)

    def repair(self, answers, questions, rng, today, *, kept=()):
        if (values := self.values(answers)) is not None and Decimal(values[0]) > Decimal(values[1]):
            smaller, larger = questions[self.smaller], Decimal(values[1])
            answers[self.smaller] = smaller.kept(max(Decimal(smaller.minimum), larger * 3 // 4))


@crosscheck
@dataclass(frozen=True)
class SameCount(CrossCheck):
    """Two lists must have the same number of lines."""

    kind = "same_count"
    types = {"first": ("lines",), "second": ("lines",)}

    first: str
    second: str

    def conflict(self, answers, labels):
        values = self.values(answers)
        if values is None or len(values[0]) == len(values[1]):
            return None
        sentence = _(
            "“%(label)s” has %(count)s lines and “%(other)s” has %(other_count)s. "
            "Write one line for each item in both."
        )
        names = {"label": labels[self.second], "count": len(values[1])}
        names |= {"other": labels[self.first], "other_count": len(values[0])}
        return Conflict(self.second, "same_count", sentence, names)

    def repair(self, answers, questions, rng, today, *, kept=()):
        if (values := self.values(answers)) is not None:
            count = min(len(value) for value in values)
            answers[self.first], answers[self.second] = values[0][:count], values[1][:count]


@crosscheck
@dataclass(frozen=True)
class AddsUp(CrossCheck):
    """A figure of each row adds up to ``total``, or to the fixed ``figure``; at least to ``from_percent`` of it.

    Rows and total belong on one page: people who change both must be able to.
    """

    kind = "adds_up"
    types = {"column": ("number", "money"), "total": ("number", "money")}
    of_rows = ("column",)

    column: str
    total: str | None = None
    figure: int | None = None
    from_percent: int = 100

    @classmethod
    def read_options(cls, table):
        if table.has("total") == table.has("figure"):
            table.refuse("total", _("must be given, or else a figure"))
        return {
            "figure": table.whole("figure", None, minimum=1),
            "from_percent": table.whole("from_percent", 100, minimum=1, maximum=100),
        }

    def wanted(self, answers) -> Decimal | None:
        wanted = self.figure if self.total is None else answers.get(self.total)
        return None if wanted is None else Decimal(wanted)

    def amounts(self, answers) -> list[Decimal]:
        rows = answers.get(key_of(self.column), [])
        return [Decimal(row.get(fact_of(self.column), 0)) for row in rows]

    def conflict(self, answers, labels):
        wanted, amounts = self.wanted(answers), self.amounts(answers)
        if wanted is None or not amounts:
            return None
        low, given = wanted * self.from_percent / 100, sum(amounts)
        if low <= given <= wanted:
            return None
        names = {"label": labels[self.column], "sum": figure(given)}
        names |= {"low": figure(low), "wanted": figure(wanted)}
        sentence = _("“%(label)s” adds up to %(sum)s. It must add up to %(wanted)s.")
        if self.total is not None:
            names |= {"total": labels[self.total]}
            sentence = _(
                "“%(label)s” adds up to %(sum)s, but “%(total)s” is %(wanted)s. Correct one of the two."
            )
        if self.from_percent < 100:
            sentence = _(
                "“%(label)s” adds up to %(sum)s. It must add up to at least %(low)s and at most %(wanted)s."
            )
        return Conflict(key_of(self.column), "adds_up", sentence, names)

    def repair(self, answers, questions, rng, today, *, kept=()):
        amounts = self.amounts(answers)
        if not amounts:
            return
        if self.total is None or self.total in kept:
            self.share_out(self.wanted(answers), answers, questions, rng)
            return
        total = questions[self.total]
        share = rng.randint(self.from_percent, 100)
        answers[self.total] = total.kept(
            max(-(-sum(amounts) * 100 // share), Decimal(total.minimum))
        )

    def share_out(self, wanted: Decimal, answers, questions, rng) -> None:
        """Part what is wanted among the rows by chance, each having at least the least that may be asked."""
        key, fact = key_of(self.column), fact_of(self.column)
        asked, rows = question_at(questions, self.column), answers[key]
        scale = 10**asked.decimals
        spare = int(wanted * scale) - len(rows) * asked.minimum * scale
        cuts = sorted(rng.randint(0, max(spare, 0)) for _row in rows[1:])
        parts = [end - start for start, end in zip([0, *cuts], [*cuts, spare], strict=True)]
        answers[key] = [
            row | {fact: asked.kept(asked.minimum + Decimal(part) / scale)}
            for row, part in zip(rows, parts, strict=True)
        ]


def figure(number: Decimal) -> str:
    return wording.number(number, 0 if number == int(number) else 2)


@crosscheck
@dataclass(frozen=True)
class CountFits(CrossCheck):
    """The number of rows must lie in the band that was chosen: ``bands`` says the fewest and the most by answer."""

    kind = "count_fits"
    types = {"rows": ("repeating",), "band": ("choice",)}

    rows: str
    band: str
    bands: tuple[tuple[str, int, int | None], ...]

    @classmethod
    def read_options(cls, table):
        inner, bands = table.table("bands"), []
        for answer in inner.content:
            bounds = inner.wholes(answer)
            if len(bounds) not in (1, 2):
                inner.refuse(answer, _("must hold the fewest, and the most where there is one"))
            bands.append((answer, bounds[0], bounds[1] if len(bounds) == 2 else None))
        return {"bands": tuple(bands)}

    def misfit(self, questions):
        told = {answer for answer, _low, _high in self.bands}
        if told == set(questions[self.band].condition_values()):
            return None
        return "bands", _("must say for each answer how many rows it means")

    def fitting(self, count: int) -> list[str]:
        """The answers that mean ``count`` rows."""
        return [
            answer
            for answer, low, high in self.bands
            if low <= count and (high is None or count <= high)
        ]

    def conflict(self, answers, labels):
        values = self.values(answers)
        if values is None or values[1] in self.fitting(len(values[0])):
            return None
        sentence = _(
            "There are %(count)s entries in “%(rows)s”, which does not fit your answer to “%(label)s”. "
            "Correct one of the two."
        )
        names = {"count": len(values[0]), "rows": labels[self.rows], "label": labels[self.band]}
        return Conflict(self.band, "count_fits", sentence, names)

    def repair(self, answers, questions, rng, today, *, kept=()):
        values = self.values(answers)
        if values is not None and self.band not in kept and (fit := self.fitting(len(values[0]))):
            answers[self.band] = fit[0]
