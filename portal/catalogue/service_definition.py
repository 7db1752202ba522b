"""What a public service is, as frozen objects: its words, papers, fee, limits and form."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from portal.catalogue.crosschecks import CrossCheck, labels_of
from portal.catalogue.errors import UnknownStep
from portal.catalogue.fees import FeeRule
from portal.catalogue.guidance import AskedOften, Prerequisite, SuitabilityQuestion
from portal.catalogue.questions import Condition, Question
from portal.catalogue.words import Words
from portal.worktime import TimeLimit


@dataclass(frozen=True)
class DocumentSpec:
    """A paper that goes with a dossier."""

    key: str
    name: Words
    required: bool
    originals: int
    copies: int
    form: str | None  # name of the official form, such as CT01
    hint: Words | None
    needed_if: Condition | None  # concerns only applicants for whom this holds
    filled_online: bool  # the portal's own form takes its place
    sample: Words | None  # what a good one looks like

    def concerns(self, answers: dict[str, Any], channel: str = "online") -> bool:
        """Whether an applicant with these stored answers is asked for the paper at all."""
        if self.filled_online and channel == "online":
            return False
        return self.needed_if is None or self.needed_if.holds(answers)


@dataclass(frozen=True)
class ReaderStep:
    """One thing that happens, as told to the applicant."""

    title: Words
    text: Words


@dataclass(frozen=True)
class ProcessStep:
    """One thing an official does, with its own limit in working hours."""

    key: str  # receive, appraise, check, sign, publish
    name: Words
    role: str
    limit_hours: int


@dataclass(frozen=True)
class Result:
    """What the applicant is given at the end. ``kind`` none: the receipt is all there is."""

    name: Words
    kind: str


@dataclass(frozen=True)
class LegalBasis:
    """A legal text, and how sure the catalogue is of it."""

    title: Words
    certainty: str


@dataclass(frozen=True)
class QuestionGroup:
    """One page of the form."""

    key: str
    title: Words
    questions: tuple[Question, ...]

    def visible(self, answers: dict[str, Any]) -> list[Question]:
        """The questions that concern somebody who gave these stored answers."""
        return [
            each for each in self.questions if each.shown_if is None or each.shown_if.holds(answers)
        ]


@dataclass(frozen=True)
class ServiceDefinition:
    """One public service: what it is, what it takes, and the form that asks for it."""

    code: str
    alt_code_2022: str | None
    certainty: dict[str, str]  # of code, fee, time and level; see docs/sources.md
    name: Words
    summary: Words
    synonyms: tuple[str, ...]  # everyday words, Vietnamese
    field: Words
    agency_level: str
    owner_ministry: str  # national code, such as G15
    level: int
    life_events: tuple[str, ...]
    audience: tuple[str, ...]
    who_may_apply: Words
    deliveries: tuple[str, ...]
    full_process_eligible: bool
    full_process_simulated: bool
    fee: FeeRule
    time_limit: TimeLimit
    time_note: Words | None
    result: Result
    legal_basis: tuple[LegalBasis, ...]
    suitability: tuple[SuitabilityQuestion, ...]
    prerequisites: tuple[Prerequisite, ...]
    asked_often: tuple[AskedOften, ...]
    documents: tuple[DocumentSpec, ...]
    steps: tuple[ReaderStep, ...]
    process: tuple[ProcessStep, ...]
    groups: tuple[QuestionGroup, ...]
    crosschecks: tuple[CrossCheck, ...]
    content: dict[str, Any]  # the file as read

    @property
    def code_certainty(self) -> str:
        return self.certainty["code"]

    @cached_property
    def questions(self) -> dict[str, Question]:
        """Every question by its key, in the order of the form."""
        return {question.key: question for group in self.groups for question in group.questions}

    @cached_property
    def labels(self) -> dict[str, Words]:
        """What the questions, and the facts they ask, are called in sentences."""
        return labels_of(self.questions)

    @cached_property
    def file_questions(self) -> dict[str, Question]:
        """The questions that are answered with a file, by their keys."""
        return {key: each for key, each in self.questions.items() if each.type == "file"}

    @cached_property
    def component_names(self) -> dict[str, Words]:
        """What a file of a dossier can belong to: the papers, and the questions answered with one."""
        papers = {document.key: document.name for document in self.documents}
        return papers | {key: question.label for key, question in self.file_questions.items()}

    @cached_property
    def applicant_questions(self) -> dict[str, str]:
        """The key of the question that tells each fact about the applicant, by fact."""
        return {each.fills: each.key for each in self.questions.values() if each.fills}

    def group(self, key: str) -> QuestionGroup:
        """The page of the form with this key. Raises ``UnknownStep``."""
        for group in self.groups:
            if group.key == key:
                return group
        raise UnknownStep(step=key)

    def visible_groups(self, answers: dict[str, Any]) -> list[QuestionGroup]:
        """The pages on which somebody with these stored answers is asked anything."""
        known = self.kept_answers(answers)
        return [group for group in self.groups if group.visible(known)]

    def kept_answers(self, answers: dict[str, Any]) -> dict[str, Any]:
        """``answers`` without those to questions that do not concern this applicant, or that nobody asked."""
        kept: dict[str, Any] = {}
        for key, question in self.questions.items():
            concerns = question.shown_if is None or question.shown_if.holds(kept)
            if concerns and question.is_answered(answers.get(key)):
                kept[key] = answers[key]
        return kept

    def documents_for(
        self, answers: dict[str, Any], *, channel: str = "online"
    ) -> list[DocumentSpec]:
        """The papers an applicant with these answers is asked for, those that are optional included."""
        known = self.kept_answers(answers)
        return [document for document in self.documents if document.concerns(known, channel)]

    def needed_documents(
        self, answers: dict[str, Any], *, channel: str = "online"
    ) -> list[DocumentSpec]:
        """The papers without which a dossier with these answers is incomplete."""
        return [each for each in self.documents_for(answers, channel=channel) if each.required]
