"""Fees that answers decide: the first case that fits, or an amount for each answer to one question."""

from dataclasses import dataclass

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from portal import wording
from portal.catalogue.condition_words import in_words
from portal.catalogue.fees import HIGHEST_FEE, Fee, FeeLine, FeeRule, fee_kind
from portal.catalogue.question_files import condition_in
from portal.catalogue.questions import Condition
from portal.catalogue.words import Words


@dataclass(frozen=True)
class FeeCase:
    """An amount for whoever fits all of the conditions."""

    all_of: tuple[Condition, ...]
    amount_vnd: int
    name: Words | None = None


@fee_kind
@dataclass(frozen=True)
class FeeByRule(FeeRule):
    """The amount of the first case that fits the answers, else ``otherwise_vnd``."""

    kind = "by_rule"

    cases: tuple[FeeCase, ...] = ()
    otherwise_vnd: int = 0

    @classmethod
    def read_options(cls, table):
        return {
            "cases": tuple(cls.read_case(entry) for entry in table.tables("cases", at_least=1)),
            "otherwise_vnd": table.whole("otherwise_vnd", minimum=0, maximum=HIGHEST_FEE),
        }

    @staticmethod
    def read_case(table):
        case = FeeCase(
            all_of=tuple(condition_in(entry) for entry in table.tables("all_of", at_least=1)),
            amount_vnd=table.whole("amount_vnd", minimum=0, maximum=HIGHEST_FEE),
            name=table.words("name", None),
        )
        table.close()
        return case

    def fee(self, answers, channel):
        for case in self.cases:
            if all(condition.holds(answers) for condition in case.all_of):
                return self._line(case.amount_vnd, case.name or self.name)
        return self._line(self.otherwise_vnd, self.name)

    @staticmethod
    def _line(amount_vnd, name):
        return Fee((FeeLine(name, 1, amount_vnd),)) if amount_vnd else Fee()

    def _amounts(self):
        return [self.otherwise_vnd, *(case.amount_vnd for case in self.cases)]

    def highest_vnd(self):
        return max(self._amounts())

    def describe(self):
        low, high = min(self._amounts()), max(self._amounts())
        if low == high:
            return wording.money(high)
        return gettext("%(low)s to %(high)s, by what you answer") % {
            "low": wording.money(low),
            "high": wording.money(high),
        }

    def tariff(self, questions):
        rows = [
            (
                str(case.name or "; ".join(in_words(each, questions) for each in case.all_of)),
                wording.money(case.amount_vnd),
            )
            for case in self.cases
        ]
        return [*rows, (gettext("In every other case"), wording.money(self.otherwise_vnd))]

    def conditions(self):
        return [*super().conditions(), *(each for case in self.cases for each in case.all_of)]


@fee_kind
@dataclass(frozen=True)
class FeeByAnswer(FeeRule):
    """An amount for each answer to ``question``, zero where that answer exempts."""

    kind = "by_answer"

    question: str = ""
    amounts_vnd: tuple[tuple[str, int], ...] = ()

    @classmethod
    def read_options(cls, table):
        inner = table.table("amounts_vnd")
        amounts = tuple(
            (key, inner.whole(key, minimum=0, maximum=HIGHEST_FEE)) for key in inner.content
        )
        return {"question": table.key("question"), "amounts_vnd": amounts}

    def fee(self, answers, channel):
        amount_vnd = dict(self.amounts_vnd)[self.needed_answer(answers, self.question)]
        return Fee((FeeLine(self.name, 1, amount_vnd),)) if amount_vnd else Fee()

    def highest_vnd(self):
        return max(amount for _key, amount in self.amounts_vnd)

    def describe(self):
        lowest = min(amount for _key, amount in self.amounts_vnd)
        if lowest == 0:
            return gettext("%(amount)s, less or nothing for some applicants") % {
                "amount": wording.money(self.highest_vnd())
            }
        return gettext("%(low)s to %(high)s") % {
            "low": wording.money(lowest),
            "high": wording.money(self.highest_vnd()),
        }

    def tariff(self, questions):
        question = questions[self.question]
        return [
            (question.render_pick(answer, get_language()), wording.money(amount_vnd))
            for answer, amount_vnd in self.amounts_vnd
        ]

    def question_keys(self):
        return (self.question,)

    def check_question(self, question, table):
        if set(question.condition_values()) != set(dict(self.amounts_vnd)):
            table.refuse("amounts_vnd", _("must give one amount for each answer to the question"))
