"""The form field of a question: it lets the question read what was typed, and knows how to show itself."""

from datetime import date
from functools import cached_property

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField


class AnswerBoundField(BoundField):
    """A question on a page: its identifiers, its parts, and what was typed or stored before."""

    @property
    def question(self):
        return self.field.question

    @property
    def hint_id(self) -> str:
        return f"{self.auto_id}_helptext"

    @property
    def error_id(self) -> str:
        return f"{self.auto_id}_error"

    @property
    def condition_id(self) -> str:
        return f"{self.auto_id}_condition"

    @property
    def unit_id(self) -> str:
        return f"{self.auto_id}_unit"

    @property
    def condition(self) -> str:
        """When the question concerns the reader, where that depends on an answer of the same page."""
        return self.form.condition_sentence(self.question)

    @property
    def target_id(self) -> str:
        """The control that a link to this question must reach: the first one with an error, else the first."""
        if self.parts:
            return next((part.id for part in self.parts if part.has_error), self.parts[0].id)
        if isinstance(self.field.widget, (forms.RadioSelect, forms.CheckboxSelectMultiple)):
            return f"{self.auto_id}_0"
        return self.auto_id

    @property
    def links(self) -> list[tuple[str, str]]:
        """For the summary above the form: the control to correct and the sentence, one for each error."""
        targets = {part.name: part.id for part in self.parts}
        return [
            (targets.get(error.code, self.target_id), sentence)
            for error in self.errors.as_data()
            for sentence in error.messages
        ]

    @cached_property
    def parts(self) -> list["AnswerPart"]:
        """The labelled controls of a question answered in several, such as an address."""
        if not isinstance(self.field.widget, forms.MultiWidget):
            return []
        names = [name.removeprefix("_") for name in self.field.widget.widgets_names]
        values = dict(zip(names, self.value(), strict=True))
        return [
            AnswerPart(self, index, name, widget, values)
            for index, (name, widget) in enumerate(
                zip(names, self.field.widget.widgets, strict=True)
            )
        ]

    @property
    def picks(self) -> list[tuple]:
        """The radio buttons or boxes of a question with options, each with the hint below it."""
        return [
            (control, self.question.hint_of(control.data["value"])) for control in self.subwidgets
        ]

    @property
    def aria_describedby(self) -> str:
        described = [self.hint_id] if self.help_text else []
        described += [self.condition_id] if self.condition else []
        described += [self.error_id] if self.errors else []
        described += [self.unit_id] if getattr(self.question, "unit", None) else []
        return " ".join(described)

    def build_widget_attrs(self, attrs, widget=None):
        attributes = super().build_widget_attrs(attrs, widget)
        # In a group the fieldset speaks for its controls; aria-invalid is not meant for single radio buttons.
        if self.use_fieldset:
            attributes.pop("aria-invalid", None)
        return attributes

    def value(self):
        if self.form.is_bound:
            return self.data
        return self.question.shown(self.initial)


class AnswerPart:
    """One control of a question answered in several: a label, an identifier and the control itself."""

    def __init__(self, bound: AnswerBoundField, index: int, name: str, widget, values: dict):
        self.name = name
        self.id = f"{bound.auto_id}_{index}"
        self.label = bound.question.part_label(name)
        self.hint = bound.question.part_hint(name)
        self.has_error = name in {error.code for error in bound.errors.as_data()}
        described = [self.hint_id] if self.hint else []
        described += [bound.error_id] if self.has_error else []
        attributes = {"id": self.id}
        attributes |= {"aria-describedby": " ".join(described)} if described else {}
        attributes |= {"aria-invalid": "true"} if self.has_error else {}
        self.suggestions = bound.question.suggestions(name, values, bound.field.today)
        if self.suggestions is not None:
            attributes["list"] = self.list_id
        self.control = widget.render(
            f"{bound.html_name}_{name}", values[name], attributes, renderer=bound.form.renderer
        )

    @property
    def hint_id(self) -> str:
        return f"{self.id}_helptext"

    @property
    def list_id(self) -> str:
        return f"{self.id}_list"


class AnswerField(forms.Field):
    """Turns a typed answer into the stored one through its question, or refuses it with a sentence.

    An optional question left blank gives ``None``.
    """

    def __init__(self, question, *, today: date, required: bool):
        self.question = question
        self.today = today
        super().__init__(
            required=required,
            label=str(question.label),
            help_text=str(question.hint or ""),
            widget=question.widget(),
        )

    def get_bound_field(self, form, field_name):
        return AnswerBoundField(form, self, field_name)

    def clean(self, value):
        answer = self.question.read(value, today=self.today)
        if self.question.is_answered(answer):
            return answer
        if self.required:
            raise ValidationError(self.question.missing(), code="required")
        return None

    def has_changed(self, initial, data):
        return self.question.shown(initial) != data
