"""The rows of a repeating question on a page: shown, one added, one taken away; all without JavaScript."""

from functools import cached_property

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict

from portal.catalogue.answer_field import AnswerBoundField, AnswerField


class RowForm(forms.Form):
    """One row. The question judges all rows together: here its errors only find their controls."""

    use_required_attribute = False

    def __init__(self, rows: "RowsBoundField", row: int, number: int, *, data=None, initial=None):
        super().__init__(data, initial=initial, prefix=rows.question.row_name(row))
        self.row, self.number = row, number
        self.title = rows.question.title_of(number)
        self.faults = [] if data is None else rows.faults_of(row)
        for question in rows.question.questions:
            self.fields[question.key] = question.form_field(today=rows.field.today)

    def condition_sentence(self, question) -> str:
        """A question of a row always concerns: rows know no conditions."""
        return ""

    def full_clean(self):
        self._errors, self.cleaned_data = ErrorDict(), {}
        for key, fault in self.faults:
            self.add_error(key, fault)


class RowsBoundField(AnswerBoundField):
    """A repeating question on a page."""

    @cached_property
    def rows(self) -> list[RowForm]:
        """The rows typed or stored, with blank ones up to the fewest that are wanted."""
        question = self.question
        if self.form.is_bound:
            present = question.rows_in(self.form.data)[: question.max_items]
            given = [(row, {"data": self.form.data}) for row in present]
        else:
            given = [(row, {"initial": each}) for row, each in enumerate(self.initial or [])]
        while len(given) < question.min_items:
            given.append((max([row for row, _given in given], default=-1) + 1, {}))
        return [
            RowForm(self, row, number, **content) for number, (row, content) in enumerate(given, 1)
        ]

    @property
    def next_row(self) -> RowForm:
        """The blank row that “add another” will show."""
        return RowForm(self, max(each.row for each in self.rows) + 1, len(self.rows) + 1)

    @property
    def next_target(self) -> str:
        """Where the reader goes on after adding a row: its first control."""
        return next(iter(self.next_row)).target_id

    @property
    def may_grow(self) -> bool:
        return len(self.rows) < self.question.max_items

    @property
    def may_shrink(self) -> bool:
        return len(self.rows) > self.question.min_items

    @property
    def rows_id(self) -> str:
        return f"{self.auto_id}_rows"

    @property
    def target_id(self) -> str:
        return next(iter(self.rows[0])).target_id

    @property
    def errors(self):
        """What is wrong with the list as a whole; what is wrong inside a row stands there."""
        whole = [error for error in self.all_errors if place_of(error) is None]
        return self.form.error_class(whole, renderer=self.form.renderer)

    @property
    def all_errors(self) -> list[ValidationError]:
        return super().errors.as_data()

    @property
    def links(self):
        inside = [link for row in self.rows for bound in row for link in bound.links]
        return [*super().links, *inside]

    def faults_of(self, row: int) -> list[tuple[str, ValidationError]]:
        places = [(place_of(error), error) for error in self.all_errors]
        return [(place[1], error) for place, error in places if place and place[0] == row]


class RowsField(AnswerField):
    """The field of a repeating question."""

    def get_bound_field(self, form, field_name):
        return RowsBoundField(form, self, field_name)


def place_of(error: ValidationError) -> tuple[int, str] | None:
    """Row and question of an error inside a row; ``None`` for one of the list as a whole."""
    row, dash, key = (error.code or "").partition("-")
    return (int(row), key) if dash and row.isdigit() else None


def with_rows_changed(questions, data):
    """``data`` as the page holds it after “add another” or “remove”, or ``None`` where neither was pressed.

    Nothing else of ``data`` is touched: what was typed is shown again and judged when it is saved.
    """
    for question in questions:
        if question.type != "repeating":
            continue
        more, less = data.get(f"{question.key}_more", ""), data.get(f"{question.key}_less", "")
        if not is_row(more) and not is_row(less):
            continue
        changed = data.copy()
        if is_row(more):
            changed[f"{question.row_name(int(more))}-"] = ""  # a row, though nothing is typed in it
        else:
            for name in [each for each in data if each.startswith(f"{question.row_name(less)}-")]:
                del changed[name]
        return changed
    return None


def is_row(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 5
