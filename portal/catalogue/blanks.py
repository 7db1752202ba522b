"""A form as it is printed: for every question what is drawn to write on, and what is written there already.

What a question looks like on paper is told by its type in :func:`drawn`; a type that says nothing there is drawn as
a line. Paper is Vietnamese with small English beside it; answers are written for a Vietnamese reader.
"""

from datetime import date
from functools import singledispatch
from typing import Any

from django.utils.translation import override

from portal.catalogue.question_types.choices import Choice, Choices, YesNo
from portal.catalogue.question_types.consent import Declaration
from portal.catalogue.question_types.dates import Date
from portal.catalogue.question_types.files import File
from portal.catalogue.question_types.identity import CitizenId, Phone, TaxCode
from portal.catalogue.question_types.lines import Lines
from portal.catalogue.question_types.numbers import Quantity
from portal.catalogue.question_types.people import FACT_LABELS, Person
from portal.catalogue.question_types.places import Address
from portal.catalogue.question_types.repeating import Repeating
from portal.catalogue.question_types.texts import LongText
from portal.catalogue.questions import Question
from portal.catalogue.reference_lists import provinces
from portal.catalogue.service_definition import ServiceDefinition
from portal.catalogue.words import Words

LANGUAGE = "vi"
DATE_BOXES = (2, 2, 4)  # day, month, year
CITIZEN_ID_BOXES = (4, 4, 4)
TAX_CODE_BOXES = (10, 3)
PHONE_BOXES = (4, 3, 3)
LINES_TO_WRITE_ON = 4
FEWEST_BLANK_ROWS = 3


def pages_drawn(
    definition: ServiceDefinition, answers: dict[str, Any], *, today: date
) -> list[dict[str, Any]]:
    """The pages of the form as it is asked on ``today``, filled in as far as ``answers`` go.

    A question is left out once the answers show that it does not concern; as long as that is open, its
    condition stands above it in words.
    """
    known = definition.kept_answers(answers)
    pages = []
    with override(LANGUAGE):
        for group in definition.groups:
            fields = [
                field(definition, question.as_of(today), known)
                for question in group.questions
                if may_concern(definition, question, known)
            ]
            if fields:
                title = {"title": group.title.vi, "title_en": group.title.en}
                pages.append(title | {"fields": fields})
    return pages


def may_concern(definition, question: Question, known: dict[str, Any]) -> bool:
    """Whether ``question`` concerns somebody with the answers ``known``, or may yet."""
    if question.shown_if is None or question.shown_if.holds(known):
        return True
    decider = definition.questions[question.shown_if.question]
    return decider.key not in known and may_concern(definition, decider, known)


def field(definition, question: Question, known: dict[str, Any]) -> dict[str, Any]:
    return {
        "label": question.label.vi,
        "label_en": question.label.en,
        "hint": question.hint.vi if question.hint else None,
        "optional": not question.required,
        "condition": condition_in_words(definition, question, known),
        **drawn(question, known.get(question.key)),
    }


def condition_in_words(definition, question: Question, known) -> str | None:
    """“Only if …”, while nobody knows whether the condition holds."""
    if question.shown_if is None or question.shown_if.holds(known):
        return None
    decider = definition.questions[question.shown_if.question]
    picks = ", ".join(decider.render_pick(pick, LANGUAGE) for pick in question.shown_if.values)
    return f"Chỉ khai nếu “{decider.label.vi}”: {picks}"


@singledispatch
def drawn(question: Question, answer: Any) -> dict[str, Any]:
    """What is drawn for ``question``; ``answer`` is a stored one or ``None``."""
    return line(None if answer is None else question.render(answer, LANGUAGE))


def line(text: str | None, unit: str | None = None) -> dict[str, Any]:
    return {"kind": "line", "text": text, "unit": unit}


def boxes(groups: tuple[int, ...], text: str | None, mark: str = "") -> dict[str, Any]:
    """A box for each character of ``text``, in groups; ``mark`` stands between them."""
    return {"kind": "boxes", "groups": list(groups), "text": text or "", "mark": mark}


def pick(label: Words, ticked: bool) -> dict[str, Any]:
    return {"label": label.vi, "label_en": label.en, "ticked": ticked}


def part(label, how: dict[str, Any]) -> dict[str, Any]:
    return {"label": label, **how}


@drawn.register(LongText)
@drawn.register(Lines)
def several_lines(question, answer):
    text = None if answer is None else question.render(answer, LANGUAGE)
    return {"kind": "lines", "text": text, "lines": LINES_TO_WRITE_ON}


@drawn.register(Date)
def day_boxes(question, answer):
    digits = date.fromisoformat(answer).strftime("%d%m%Y") if answer else None
    return boxes(DATE_BOXES, digits, "/")


@drawn.register(CitizenId)
def citizen_id_boxes(question, answer):
    return boxes(CITIZEN_ID_BOXES, answer)


@drawn.register(TaxCode)
def tax_code_boxes(question, answer):
    return boxes(TAX_CODE_BOXES, answer and answer.replace("-", ""), "-")


@drawn.register(Phone)
def phone_boxes(question, answer):
    text = question.render(answer, LANGUAGE) if answer else ""
    digits = text.replace(" ", "")
    fits = not digits or len(digits) == sum(PHONE_BOXES)
    return boxes(PHONE_BOXES, digits) if fits else line(text)


@drawn.register(Quantity)
def figure_with_unit(question, answer):
    figure = None if answer is None else question.shown(answer)
    return line(figure, question.unit.vi if question.unit else None)


@drawn.register(Choice)
@drawn.register(Choices)
def boxes_to_tick(question, answer):
    given = answer if isinstance(answer, list) else [answer]
    if getattr(question, "is_long", False):
        return line(None if answer is None else question.render(answer, LANGUAGE))
    picks = [pick(option.label, option.key in given) for option in question.options]
    return {"kind": "picks", "picks": picks}


@drawn.register(YesNo)
def yes_or_no(question, answer):
    picks = [pick(Words("Có", "Yes"), answer is True), pick(Words("Không", "No"), answer is False)]
    return {"kind": "picks", "picks": picks}


@drawn.register(Declaration)
def statement_to_tick(question, answer):
    return {"kind": "tick", "ticked": answer is True}


@drawn.register(File)
def something_to_enclose(question, answer):
    return {"kind": "enclosed", "kinds": question.accepted_words}


@drawn.register(Person)
def person_by_facts(question, answer):
    told = answer or {}
    parts = [
        part(str(FACT_LABELS[name]), drawn(asked, told.get(name)))
        for name, asked in question.part_questions.items()
    ]
    return {"kind": "parts", "parts": parts}


@drawn.register(Address)
def address_by_parts(question, answer):
    told = dict(answer or {})
    if "province" in told:
        told["province"] = provinces()[told["province"]].label.vi
    names = [name for name in question.part_names if not answer or name in told]
    parts = [part(question.part_label(name), line(told.get(name))) for name in names]
    return {"kind": "parts", "parts": parts}


@drawn.register(Repeating)
def table_of_rows(question, answer):
    """The rows as answered, or as many blank ones as are asked for, three at least."""
    blank = min(question.max_items, max(question.min_items, FEWEST_BLANK_ROWS))
    rows = [
        [
            each.render(row[each.key], LANGUAGE) if each.key in row else ""
            for each in question.questions
        ]
        for row in answer or [{}] * blank
    ]
    columns = [
        {"label": each.label.vi, "label_en": each.label.en, "picks": column_picks(each)}
        for each in question.questions
    ]
    return {
        "kind": "rows",
        "columns": columns,
        "rows": rows,
        "item": question.item_label.vi,
        "most": question.max_items,
    }


@singledispatch
def column_picks(question: Question) -> str | None:
    """What may be written in a column, where that is a short list."""
    return None


@column_picks.register(Choice)
@column_picks.register(Choices)
def option_labels(question):
    if getattr(question, "is_long", False):
        return None
    return " / ".join(option.label.vi for option in question.options)


@column_picks.register(YesNo)
def yes_no_labels(question):
    return "Có / Không"
