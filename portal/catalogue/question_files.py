"""Reading a question from its table in a service file; its type must have been registered."""

from django.utils.translation import gettext_lazy as _

from portal.catalogue.questions import APPLICANT_FACTS, TYPES, Condition, Question
from portal.catalogue.tables import Table


def read_question(table: Table) -> Question:
    """The question that ``table`` declares.

    Raises ``DefinitionError`` when its type, its words in either language or its options do not fit.
    """
    if not table.has("type"):
        table.refuse("type", _("is missing: every question has a type"))
    cls = TYPES[table.one_of("type", TYPES)]
    question = cls(
        key=table.key(),
        label=table.words("label"),
        hint=table.words("hint", None),
        required=table.flag("required", True),
        shown_if=read_condition(table, "shown_if"),
        fills=table.one_of("fills", APPLICANT_FACTS, None),
        **cls.read_options(table),
    )
    table.close()
    return question


def read_condition(table: Table, key: str) -> Condition | None:
    """The condition under ``key``, if there is one."""
    return condition_in(table.table(key)) if table.has(key) else None


def condition_in(table: Table) -> Condition:
    """``{ question = "…", any_of = ["…"] }`` or, for a yes or no, ``{ question = "…", is = true }``."""
    question = table.key("question")
    values = (table.flag("is"),) if table.has("is") else table.texts("any_of")
    if not values:
        table.refuse("any_of", _("must not be empty"))
    table.close()
    return Condition(question, values)
