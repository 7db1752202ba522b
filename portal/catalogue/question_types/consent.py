"""The declaration at the end of a form."""

from dataclasses import dataclass

from django import forms
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from portal.catalogue.questions import Question, question_type


@question_type
@dataclass(frozen=True)
class Declaration(Question):
    """A statement that must be ticked. Stored: true; the label is what the applicant declares."""

    type = "declaration"
    template = "components/question/declaration.html"
    is_plain_text = (
        True  # ticking it says nothing about the applicant, so it does not make a form typed
    )

    @classmethod
    def read_options(cls, table):
        if table.has("required") or table.has("shown_if"):
            table.refuse(
                "required", _("does not belong to a declaration: it must always be ticked")
            )
        return {}

    def widget(self):
        return forms.CheckboxInput()

    def read(self, typed, *, today):
        return True if typed is True else None

    def is_answered(self, value):
        return value is True

    def missing(self):
        return gettext("Read the declaration and tick “%(label)s”.") % {"label": self.label}

    def typed(self, value):
        return {self.key: "on"} if value is True else {}

    def shown(self, value):
        return value is True

    def render(self, value, language):
        with override(language):
            return gettext("Declared")

    def sample(self, rng, *, today):
        return True

    def example_invalid(self):
        return {}
