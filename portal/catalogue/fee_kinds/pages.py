"""The fee for certified copies: so much a page, less from a certain page on, never more than so much a copy."""

from dataclasses import dataclass

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal import wording
from portal.catalogue.fees import HIGHEST_FEE, Fee, FeeLine, FeeRule, fee_kind
from portal.catalogue.words import Words


@fee_kind
@dataclass(frozen=True)
class FeePerPage(FeeRule):
    """``amount_vnd`` for each of the ``first_pages``, ``further_vnd`` for each page after them, times the copies.

    A copy costs ``at_most_vnd`` at the most. ``question`` asks for the pages of the original, ``copies`` how many
    copies are wanted.
    """

    kind = "per_page"

    amount_vnd: int = 0
    question: str = ""
    copies: str = ""
    first_pages: int = 1
    further_vnd: int = 0
    at_most_vnd: int = HIGHEST_FEE

    @classmethod
    def read_options(cls, table):
        return {
            **super().read_options(table),
            "question": table.key("question"),
            "copies": table.key("copies"),
            "first_pages": table.whole("first_pages", minimum=1, maximum=1_000),
            "further_vnd": table.whole("further_vnd", minimum=0, maximum=HIGHEST_FEE),
            "at_most_vnd": table.whole("at_most_vnd", minimum=1, maximum=HIGHEST_FEE),
        }

    def fee(self, answers, channel):
        pages = self.needed_answer(answers, self.question)
        copies = self.needed_answer(answers, self.copies)
        first, further = min(pages, self.first_pages), max(pages - self.first_pages, 0)
        lines = [FeeLine(self._first(), copies * first, self.amount_vnd)]
        if further and self.further_vnd:
            lines.append(FeeLine(self._further(), copies * further, self.further_vnd))
        one_copy_vnd = first * self.amount_vnd + further * self.further_vnd
        if one_copy_vnd > self.at_most_vnd:
            less_vnd = one_copy_vnd - self.at_most_vnd
            lines.append(
                FeeLine(
                    Words("Phần vượt mức tối đa của mỗi bản", "Above the highest fee of a copy"),
                    copies,
                    -less_vnd,
                )
            )
        return Fee(tuple(lines))

    def highest_vnd(self):
        return self.amount_vnd

    def tariff(self, questions):
        a_page = gettext("%(amount)s a page")
        return [
            (str(self._first()), a_page % {"amount": wording.money(self.amount_vnd)}),
            (str(self._further()), a_page % {"amount": wording.money(self.further_vnd)}),
            (gettext("At most, for one copy"), wording.money(self.at_most_vnd)),
        ]

    def describe(self):
        return gettext(
            "%(amount)s a page for the first %(pages)s pages, then %(further)s, %(most)s a copy at most"
        ) % {
            "amount": wording.money(self.amount_vnd),
            "pages": self.first_pages,
            "further": wording.money(self.further_vnd),
            "most": wording.money(self.at_most_vnd),
        }

    def question_keys(self):
        return (self.question, self.copies)

    def check_question(self, question, table):
        countable = question.type == "number" and not question.decimals and question.minimum >= 1
        if not (countable and question.maximum * self.at_most_vnd <= HIGHEST_FEE):
            table.refuse("question", _("must be a whole number from 1 to a believable maximum"))

    def _first(self):
        return Words(
            f"{self.name.vi}, {self.first_pages} trang đầu của mỗi bản",
            f"{self.name.en}, first {self.first_pages} pages of each copy",
        )

    def _further(self):
        return Words(
            f"{self.name.vi}, từ trang thứ {self.first_pages + 1}",
            f"{self.name.en}, from page {self.first_pages + 1} on",
        )
