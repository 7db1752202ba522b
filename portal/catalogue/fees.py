"""Fee rules, and the fee due for a set of answers. Amounts are whole Vietnamese dong.

A rule is one class of its kind; the server computes the fee from the stored answers, never from a page. Exemptions and
reductions come on top of any kind, each with its legal reason; where several hold, the largest counts, alone.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from portal import wording
from portal.catalogue.errors import FeeAnswerMissing
from portal.catalogue.questions import Condition
from portal.catalogue.tables import Table
from portal.catalogue.words import Words

WHEN = ("filing", "supplement", "processing", "result")
HIGHEST_FEE = 1_000_000_000  # VND
KINDS: dict[str, type["FeeRule"]] = {}


@dataclass(frozen=True)
class FeeLine:
    """One line of a bill; a reduction is a negative one, with its reason and the law behind it."""

    name: Words
    quantity: int
    unit_amount_vnd: int
    reason: Words | None = None
    legal_basis: Words | None = None

    @property
    def amount_vnd(self) -> int:
        return self.quantity * self.unit_amount_vnd


@dataclass(frozen=True)
class Fee:
    """What one dossier costs."""

    lines: tuple[FeeLine, ...] = ()

    @property
    def amount_vnd(self) -> int:
        return sum(line.amount_vnd for line in self.lines)


@dataclass(frozen=True)
class Reduction:
    """So many percent less (100: an exemption) for whoever the condition fits."""

    condition: Condition
    percent: int
    reason: Words
    legal_basis: Words

    def line(self, fee: Fee) -> FeeLine:
        """What it takes off ``fee``; a fraction of a dong is rounded in favour of the payer."""
        less_vnd = -(-fee.amount_vnd * self.percent // 100)
        name = Words("Miễn", "Exemption")
        if self.percent < 100:
            name = Words(f"Giảm {self.percent}%", f"{self.percent}% reduction")
        return FeeLine(name, 1, -less_vnd, self.reason, self.legal_basis)


@dataclass(frozen=True)
class FeeRule(ABC):
    """How the fee of a service is found. ``when`` says at which moment it falls due."""

    kind: ClassVar[str]

    name: Words
    when: str
    note: Words | None = None
    reductions: tuple[Reduction, ...] = ()
    question_labels: dict[str, Words] = field(default_factory=dict)  # of what decides, for refusals

    @classmethod
    def read_options(cls, table: Table) -> dict[str, Any]:
        """The options of this kind in a service file, by field name."""
        return {"amount_vnd": table.whole("amount_vnd", minimum=1, maximum=HIGHEST_FEE)}

    @abstractmethod
    def fee(self, answers: dict[str, Any], channel: str) -> Fee:
        """The fee for stored ``answers`` of a dossier filed through ``channel``."""

    @abstractmethod
    def highest_vnd(self) -> int:
        """The most this rule can ask for one unit of the service; 0 only where it never asks anything."""

    @abstractmethod
    def describe(self) -> str:
        """The rule in a few words for the service page, in the language in use."""

    def conditions(self) -> list[Condition]:
        """Every condition on an answer that this rule looks at, to be checked against the questions."""
        return [reduction.condition for reduction in self.reductions]

    def question_keys(self) -> tuple[str, ...]:
        """The questions on whose answers the fee depends."""
        return ()

    def needed_answer(self, answers: dict[str, Any], key: str):
        """The answer to ``key``, on which this fee depends. Raises ``FeeAnswerMissing``."""
        if (answer := answers.get(key)) is None:
            raise FeeAnswerMissing(question=self.question_labels.get(key, key))
        return answer

    def check_question(self, question, table: Table) -> None:
        """Refuse a question that cannot decide this fee. Raises ``DefinitionError``."""
        table.refuse("kind", _("does not depend on a question"))


def fee_kind(cls: type[FeeRule]) -> type[FeeRule]:
    if cls.kind in KINDS:
        raise ValueError(f"two fee rules claim the kind {cls.kind}")
    KINDS[cls.kind] = cls
    return cls


def fee_due(rule: FeeRule, answers: dict[str, Any], *, channel: str = "online") -> Fee:
    """The fee of one dossier. ``channel`` is online, counter or post.

    Raises ``FeeAnswerMissing`` when the answer it depends on is not there.
    """
    fee = rule.fee(answers, channel)
    fitting = [each for each in rule.reductions if each.condition.holds(answers)]
    if not fitting or not fee.amount_vnd:
        return fee
    best = max(fitting, key=lambda reduction: reduction.percent)
    return Fee((*fee.lines, best.line(fee)))


def read_fee(table: Table) -> FeeRule:
    """The fee rule a service file declares. Raises ``DefinitionError``."""
    cls = KINDS[table.one_of("kind", KINDS)]
    rule = cls(
        name=table.words("name", Words("Lệ phí", "Fee")),
        when=table.one_of("when", WHEN, "filing"),
        note=table.words("note", None),
        reductions=tuple(_read_reduction(entry) for entry in table.tables("reductions")),
        **cls.read_options(table),
    )
    table.close()
    return rule


def _read_reduction(table: Table) -> Reduction:
    """``{ if = { question, any_of }, percent, reason, legal_basis }``: without a reason nobody pays less."""
    reduction = Reduction(
        condition=_read_condition(table.table("if")),
        percent=table.whole("percent", minimum=1, maximum=100),
        reason=table.words("reason"),
        legal_basis=table.words("legal_basis"),
    )
    table.close()
    return reduction


def _read_condition(table: Table) -> Condition:
    values = (table.flag("is"),) if table.has("is") else table.texts("any_of")
    if not values:
        table.refuse("any_of", _("must not be empty"))
    condition = Condition(table.key("question"), values)
    table.close()
    return condition


@fee_kind
@dataclass(frozen=True)
class NoFee(FeeRule):
    """The service is free."""

    kind = "none"

    @classmethod
    def read_options(cls, table):
        return {}

    def fee(self, answers, channel):
        return Fee()

    def highest_vnd(self):
        return 0

    def describe(self):
        return gettext("No fee")


@fee_kind
@dataclass(frozen=True)
class FixedFee(FeeRule):
    """The same amount for every dossier."""

    kind = "fixed"

    amount_vnd: int = 0

    def fee(self, answers, channel):
        return Fee((FeeLine(self.name, 1, self.amount_vnd),))

    def highest_vnd(self):
        return self.amount_vnd

    def describe(self):
        return wording.money(self.amount_vnd)


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
            all_of=tuple(_read_condition(entry) for entry in table.tables("all_of", at_least=1)),
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

    def question_keys(self):
        return (self.question,)

    def check_question(self, question, table):
        if set(question.condition_values()) != set(dict(self.amounts_vnd)):
            table.refuse("amounts_vnd", _("must give one amount for each answer to the question"))


@fee_kind
@dataclass(frozen=True)
class FeeByChannel(FeeRule):
    """One amount for a dossier sent online, another for one on paper."""

    kind = "by_channel"

    amount_vnd: int = 0
    online_amount_vnd: int = 0

    @classmethod
    def read_options(cls, table):
        online = table.whole("online_amount_vnd", minimum=0, maximum=HIGHEST_FEE)
        return {**super().read_options(table), "online_amount_vnd": online}

    def fee(self, answers, channel):
        amount_vnd = self.online_amount_vnd if channel == "online" else self.amount_vnd
        return Fee((FeeLine(self.name, 1, amount_vnd),)) if amount_vnd else Fee()

    def highest_vnd(self):
        return max(self.amount_vnd, self.online_amount_vnd)

    def describe(self):
        return gettext("%(online)s when sent online, %(paper)s on paper") % {
            "online": wording.money(self.online_amount_vnd),
            "paper": wording.money(self.amount_vnd),
        }


def described(rule: FeeRule, language: str) -> str:
    """``rule`` in a few words of ``language``."""
    with override(language):
        return rule.describe()
