"""Reading and checking the content of a service file."""

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.catalogue import crosscheck_kinds, fee_kinds, question_types  # noqa: F401  (registers all)
from portal.catalogue.crosschecks import CrossCheck, read_crosscheck
from portal.catalogue.fees import read_fee
from portal.catalogue.guidance import (
    CODE,
    read_asked_often,
    read_prerequisites,
    read_suitability,
)
from portal.catalogue.levels import LEVELS, RECEIVING, Capability, allows
from portal.catalogue.question_files import read_condition, read_question
from portal.catalogue.questions import Condition, Question
from portal.catalogue.service_definition import (
    DocumentSpec,
    LegalBasis,
    ProcessStep,
    QuestionGroup,
    ReaderStep,
    Result,
    ServiceDefinition,
)
from portal.catalogue.tables import Table
from portal.worktime import TimeLimit

CERTAINTIES = ("found", "secondary", "recalled", "low", "placeholder", "assigned")
AGENCY_LEVELS = ("ministry", "province", "district", "commune")
AUDIENCES = ("citizen", "enterprise")
LIFE_EVENTS = (
    "birth",
    "marriage",
    "death",
    "study",
    "work",
    "moving",
    "home",
    "land",
    "vehicles",
    "travel",
    "health",
    "old_age",
    "business",
    "trade",
    "papers",
    "disputes",
)
RESULT_KINDS = ("certificate", "licence", "extract", "decision", "registration", "minutes", "none")
PROCESS_STEPS = ("receive", "appraise", "check", "sign", "publish")
ROLES = ("one_door", "specialist", "leader", "clerk")
HOURS_A_DAY = 8
WORKING_DAYS_A_WEEK, DAYS_A_WEEK = 5, 7


def read_service(content: dict[str, Any], *, file: str) -> ServiceDefinition:
    """The public service that ``content`` describes.

    Raises ``DefinitionError`` naming ``file`` and key for anything missing, unknown, untranslated, untyped or
    contradictory, and for a form that asks for text only.
    """
    table = Table(content, file=file)
    groups = read_groups(table)
    questions = {question.key: question for group in groups for question in group.questions}
    full_process = table.table("full_process")
    time_limit, time_note = read_time_limit(table.table("time_limit"))
    definition = ServiceDefinition(
        code=table.text("code", pattern=CODE),
        alt_code_2022=table.text("alt_code_2022", None, pattern=r"[0-9]\.[0-9]{6}"),
        certainty=read_certainty(table.table("certainty")),
        name=table.words("name"),
        summary=table.words("summary"),
        synonyms=table.texts("synonyms"),
        field=table.words("field"),
        agency_level=table.one_of("agency_level", AGENCY_LEVELS),
        owner_ministry=table.text("owner_ministry", pattern=r"G(?:0[1-9]|1[0-9]|2[0-2])"),
        level=table.whole("level", minimum=min(LEVELS), maximum=max(LEVELS)),
        life_events=table.texts("life_events", allowed=LIFE_EVENTS),
        audience=table.texts("audience", allowed=AUDIENCES),
        who_may_apply=table.words("who_may_apply"),
        deliveries=table.texts("deliveries", allowed=tuple(RECEIVING)),
        full_process_eligible=full_process.flag("eligible"),
        full_process_simulated=full_process.flag("simulated"),
        fee=read_fee_of(table.table("fee"), questions),
        time_limit=time_limit,
        time_note=time_note,
        result=read_result(table.table("result")),
        legal_basis=tuple(map(read_legal_basis, table.tables("legal_basis", at_least=1))),
        suitability=read_suitability(table),
        prerequisites=read_prerequisites(table),
        asked_often=read_asked_often(table),
        documents=read_documents(table, questions),
        steps=tuple(map(read_step, table.tables("steps", at_least=1))),
        process=read_process(table, time_limit),
        groups=groups,
        crosschecks=read_crosschecks(table, questions),
        content=content,
    )
    full_process.close()
    refuse_what_the_level_forbids(definition, table)
    table.close()
    return definition


def read_groups(table: Table) -> tuple[QuestionGroup, ...]:
    """The pages of the form: keys that differ, conditions on earlier answers, a declaration at the very end."""
    groups, seen = [], {}
    for entry in table.tables("groups", at_least=1):
        questions = []
        for question_table in entry.tables("questions", at_least=1):
            question = read_question(question_table)
            if question.key in seen:
                question_table.refuse("key", _("is used by another question"))
            check_condition(question.shown_if, seen, question_table, "shown_if")
            seen[question.key] = question
            questions.append(question)
        groups.append(QuestionGroup(entry.key(), entry.words("title"), tuple(questions)))
        entry.close()
    if len({group.key for group in groups}) < len(groups):
        table.refuse("groups", _("must have keys that differ"))
    if groups[-1].questions[-1].type != "declaration":
        table.refuse("groups", _("must end with a declaration"))
    if all(question.is_plain_text for question in seen.values()):
        table.refuse("groups", _("ask for text only: give the questions their types"))
    return tuple(groups)


def check_condition(
    condition: Condition | None, seen: dict[str, Question], table: Table, key: str
) -> None:
    """Refuse a condition on a question that does not come earlier, or on an answer it cannot have."""
    if condition is None:
        return
    if condition.question not in seen:
        table.refuse(key, _("must name a question that comes earlier"))
    if not set(condition.values) <= set(seen[condition.question].condition_values()):
        table.refuse(key, _("must name answers which that question can have"))


def read_crosschecks(table: Table, questions: dict[str, Question]) -> tuple[CrossCheck, ...]:
    rules = []
    for entry in table.tables("crosschecks"):
        rules.append(read_crosscheck(entry, questions))
        check_condition(rules[-1].unless, questions, entry, "unless")
    return tuple(rules)


def read_fee_of(table: Table, questions: dict[str, Question]):
    rule = read_fee(table)
    for condition in rule.conditions():
        check_condition(condition, questions, table, "if")
    for key in rule.question_keys():
        asked = questions.get(key)
        if asked is None or asked.shown_if is not None or not asked.required:
            table.refuse("question", _("must name a question that everybody must answer"))
        rule.check_question(asked, table)
    return replace(
        rule, question_labels={key: questions[key].label for key in rule.question_keys()}
    )


def read_certainty(table: Table) -> dict[str, str]:
    certainty = {
        about: table.one_of(about, CERTAINTIES) for about in ("code", "fee", "time", "level")
    }
    table.close()
    return certainty


def read_time_limit(table: Table):
    amount, unit = table.whole("amount"), table.text("unit")
    try:
        limit = TimeLimit(amount, unit)
    except ValueError as error:
        table.refuse("unit", error)
    note = table.words("note", None)
    table.close()
    return limit, note


def read_result(table: Table) -> Result:
    result = Result(table.words("name"), table.one_of("kind", RESULT_KINDS))
    table.close()
    return result


def read_legal_basis(table: Table) -> LegalBasis:
    basis = LegalBasis(table.words("title"), table.one_of("certainty", CERTAINTIES))
    table.close()
    return basis


def read_documents(table: Table, questions: dict[str, Question]) -> tuple[DocumentSpec, ...]:
    documents = []
    for entry in table.tables("documents", at_least=1):
        document = DocumentSpec(
            key=entry.key(),
            name=entry.words("name"),
            required=entry.flag("required"),
            originals=entry.whole("originals", 0, minimum=0, maximum=10),
            copies=entry.whole("copies", 0, minimum=0, maximum=10),
            form=entry.text("form", None),
            hint=entry.words("hint", None),
            needed_if=read_condition(entry, "needed_if"),
            filled_online=entry.flag("filled_online", False),
            sample=entry.words("sample", None),
        )
        if not document.originals + document.copies:
            entry.refuse("copies", _("or originals must say how many are needed"))
        check_condition(document.needed_if, questions, entry, "needed_if")
        if document.key in questions and questions[document.key].type == "file":
            entry.refuse("key", _("is used by a question that is answered with a file"))
        entry.close()
        documents.append(document)
    if len({document.key for document in documents}) < len(documents):
        table.refuse("documents", _("must have keys that differ"))
    return tuple(documents)


def read_step(table: Table) -> ReaderStep:
    step = ReaderStep(table.words("title"), table.words("text"))
    table.close()
    return step


def read_process(table: Table, limit: TimeLimit) -> tuple[ProcessStep, ...]:
    """The officials' steps, each once, in their order, within the time limit together."""
    steps = []
    for entry in table.tables("process", at_least=3):
        step = ProcessStep(
            key=entry.one_of("key", PROCESS_STEPS),
            name=entry.words("name"),
            role=entry.one_of("role", ROLES),
            limit_hours=entry.whole("limit_hours", minimum=1, maximum=1000),
        )
        entry.close()
        steps.append(step)
    if [step.key for step in steps] != [
        key for key in PROCESS_STEPS if key in {step.key for step in steps}
    ]:
        table.refuse("process", _("must hold each step once, in the order of the process"))
    if sum(step.limit_hours for step in steps) > hours_within(limit):
        table.refuse("process", _("must fit into the time limit"))
    return tuple(steps)


def hours_within(limit: TimeLimit) -> int:
    """The working hours that ``limit`` holds at least, holidays aside."""
    days = {
        "same_day": 1,
        "working_day": limit.amount,
        "day": limit.amount * WORKING_DAYS_A_WEEK // DAYS_A_WEEK,
    }
    return limit.amount if limit.unit == "working_hour" else days[limit.unit] * HOURS_A_DAY


def refuse_what_the_level_forbids(definition: ServiceDefinition, table: Table) -> None:
    for way in definition.deliveries:
        if not allows(definition.level, RECEIVING[way]):
            table.refuse("deliveries", _("must hold only what the level of the service allows"))
    if "counter" not in definition.deliveries:
        table.refuse("deliveries", _("must hold the counter: no level takes it away"))
    if (
        allows(definition.level, Capability.RECEIVE_ONLINE)
        and "online" not in definition.deliveries
    ):
        table.refuse("deliveries", _("must hold online delivery at level 4"))
