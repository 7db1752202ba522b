"""Fee rules, and the fee due for a set of answers. Amounts are whole Vietnamese dong.

A rule is one class of its kind (portal.catalogue.fee_kinds); the server computes the fee from the stored answers, never
from a page. Exemptions and reductions come on top of any kind, each with its legal reason; where several hold, the
largest counts, alone.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from portal.catalogue.errors import FeeAnswerMissing
from portal.catalogue.question_files import condition_in
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

    @property
    def why(self) -> str:
        """Why it is less, and by which law, in the language in use; empty for a line that takes nothing off."""
        return f"{self.reason} ({self.legal_basis})" if self.reason else ""


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
        name = Words("Miễn phí, lệ phí", "Fee exemption")
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

    def tariff(self, questions: dict[str, Any]) -> list[tuple[str, str]]:
        """Every case of the rule and what it costs, in the language in use. ``questions`` are the form's, by key."""
        return [(str(self.name), self.describe())]

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
        condition=condition_in(table.table("if")),
        percent=table.whole("percent", minimum=1, maximum=100),
        reason=table.words("reason"),
        legal_basis=table.words("legal_basis"),
    )
    table.close()
    return reduction


def described(rule: FeeRule, language: str) -> str:
    """``rule`` in a few words of ``language``."""
    with override(language):
        return rule.describe()
