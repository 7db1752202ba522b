"""Fees for so many copies or products."""

from dataclasses import dataclass

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal import wording
from portal.catalogue.fees import HIGHEST_FEE, Fee, FeeLine, FeeRule, fee_kind
from portal.catalogue.words import Words


@fee_kind
@dataclass(frozen=True)
class FeePerCopy(FeeRule):
    """So much for each copy; ``question`` asks how many."""

    kind = "per_copy"

    amount_vnd: int = 0
    question: str = ""

    @classmethod
    def read_options(cls, table):
        return {**super().read_options(table), "question": table.key("question")}

    def fee(self, answers, channel):
        copies = self.needed_answer(answers, self.question)
        return Fee((FeeLine(self.name, copies, self.amount_vnd),))

    def highest_vnd(self):
        return self.amount_vnd

    def describe(self):
        return gettext("%(amount)s per copy") % {"amount": wording.money(self.amount_vnd)}

    def question_keys(self):
        return (self.question,)

    def check_question(self, question, table):
        countable = question.type == "number" and not question.decimals and question.minimum >= 1
        if not (countable and question.maximum * self.amount_vnd <= HIGHEST_FEE):
            table.refuse("question", _("must be a whole number from 1 to a believable maximum"))


@fee_kind
@dataclass(frozen=True)
class FeePerProduct(FeeRule):
    """So much for each product, on top of ``base_vnd`` for the dossier, up to ``at_most_vnd``.

    ``question`` asks how many there are, or lists them.
    """

    kind = "per_product"

    amount_vnd: int = 0
    question: str = ""
    base_vnd: int = 0
    at_most_vnd: int | None = None

    @classmethod
    def read_options(cls, table):
        return {
            **super().read_options(table),
            "question": table.key("question"),
            "base_vnd": table.whole("base_vnd", 0, minimum=0, maximum=HIGHEST_FEE),
            "at_most_vnd": table.whole("at_most_vnd", None, minimum=1, maximum=HIGHEST_FEE),
        }

    def fee(self, answers, channel):
        answer = self.needed_answer(answers, self.question)
        number = len(answer) if isinstance(answer, list) else answer
        lines = [FeeLine(self.name, number, self.amount_vnd)] if number else []
        if self.base_vnd:
            lines.insert(0, FeeLine(Words("Phần cố định", "Basic part"), 1, self.base_vnd))
        fee = Fee(tuple(lines))
        if self.at_most_vnd is None or fee.amount_vnd <= self.at_most_vnd:
            return fee
        less_vnd = fee.amount_vnd - self.at_most_vnd
        cap = FeeLine(Words("Phần vượt mức tối đa", "Above the highest fee"), 1, -less_vnd)
        return Fee((*lines, cap))

    def highest_vnd(self):
        return self.base_vnd + self.amount_vnd

    def tariff(self, questions):
        each = gettext("%(amount)s per product") % {"amount": wording.money(self.amount_vnd)}
        rows = [(str(self.name), each)]
        if self.base_vnd:
            rows.insert(0, (gettext("For every dossier"), wording.money(self.base_vnd)))
        if self.at_most_vnd is not None:
            rows.append((gettext("At most, in all"), wording.money(self.at_most_vnd)))
        return rows

    def describe(self):
        amount = wording.money(self.amount_vnd)
        if self.base_vnd:
            return gettext("%(base)s, and %(amount)s per product") % {
                "base": wording.money(self.base_vnd),
                "amount": amount,
            }
        return gettext("%(amount)s per product") % {"amount": amount}

    def question_keys(self):
        return (self.question,)

    def check_question(self, question, table):
        most = getattr(question, "maximum", None)
        if type(most) is not int or self.base_vnd + most * self.amount_vnd > HIGHEST_FEE:
            table.refuse("question", _("must be a whole number from 1 to a believable maximum"))
