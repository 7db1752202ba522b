"""What a service tells people before they fill anything in: does it suit them, what must be there first,
and what others ask most often.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from portal.catalogue.tables import Table
from portal.catalogue.words import Words

CODE = r"[0-9]\.[0-9]{6}|[A-Z]{2,5}(?:-[A-Z0-9]+)+"  # of a public service
MOST_SUITABILITY_QUESTIONS = 4
MOST_ASKED_OFTEN = 4
YES_NO = ("yes", "no")


@dataclass(frozen=True)
class SuitabilityQuestion:
    """A yes or no asked before the form; whoever answers otherwise than ``go_on`` is sent elsewhere."""

    key: str
    question: Words
    go_on: str  # yes or no
    exit: Words  # why not here, and where to go instead
    exit_service: str | None  # code of the service that fits instead

    def lets_through(self, answer: str) -> bool:
        """Whether somebody who answered ``answer`` (yes or no) may go on."""
        return answer == self.go_on


@dataclass(frozen=True)
class Prerequisite:
    """What must be there before somebody applies."""

    text: Words
    service: str | None  # code of the service that gives it


@dataclass(frozen=True)
class AskedOften:
    """A question that applicants ask often, with its short answer."""

    question: Words
    answer: Words


def read_suitability(table: Table) -> tuple[SuitabilityQuestion, ...]:
    questions = []
    for entry in table.tables("suitability"):
        questions.append(
            SuitabilityQuestion(
                key=entry.key(),
                question=entry.words("question"),
                go_on=entry.one_of("go_on", YES_NO),
                exit=entry.words("exit"),
                exit_service=entry.text("exit_service", None, pattern=CODE),
            )
        )
        entry.close()
    refuse_more_than(MOST_SUITABILITY_QUESTIONS, questions, table, "suitability")
    if len({each.key for each in questions}) < len(questions):
        table.refuse("suitability", _("must have keys that differ"))
    return tuple(questions)


def read_prerequisites(table: Table) -> tuple[Prerequisite, ...]:
    prerequisites = []
    for entry in table.tables("prerequisites"):
        prerequisites.append(
            Prerequisite(entry.words("text"), entry.text("service", None, pattern=CODE))
        )
        entry.close()
    return tuple(prerequisites)


def read_asked_often(table: Table) -> tuple[AskedOften, ...]:
    answered = []
    for entry in table.tables("asked_often"):
        answered.append(AskedOften(entry.words("question"), entry.words("answer")))
        entry.close()
    refuse_more_than(MOST_ASKED_OFTEN, answered, table, "asked_often")
    return tuple(answered)


def refuse_more_than(most: int, entries: list, table: Table, key: str) -> None:
    if len(entries) > most:
        table.refuse(key, _("must hold {most} entries at most").format(most=most))
