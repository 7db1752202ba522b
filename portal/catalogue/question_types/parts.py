"""What the types have in common whose answer is given in several labelled controls: an address, a person."""

from abc import abstractmethod
from dataclasses import dataclass
from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext

from portal.catalogue.questions import Question


class PartsWidget(forms.MultiWidget):
    """Several controls, each under a name of its own."""

    def decompress(self, value):
        return value or [""] * len(self.widgets)


@dataclass(frozen=True)
class Parts(Question):
    """A question answered part by part. Stored: an object with an entry for each part that was given.

    A refusal carries the name of the part it concerns as its code, so that a page can point at the control.
    """

    template = "components/question/parts.html"

    @property
    @abstractmethod
    def part_names(self) -> tuple[str, ...]:
        """The parts that are asked for, in the order of their controls."""

    @abstractmethod
    def part_label(self, part: str):
        """What stands above the control of ``part``."""

    def part_hint(self, part: str):
        """What stands between the label and the control of ``part``; nothing for most."""
        return ""

    def suggestions(self, part: str, values: dict[str, str], today: date):
        """What ``part`` often is, given what stands in the parts; ``None`` where none are ever made."""
        return None

    def label_of(self, part: str):
        """The part within its question, for sentences."""
        return format_lazy("{}: {}", self.label, self.part_label(part))

    def parts_typed(self, typed) -> dict[str, str]:
        return {
            part: value or "" for part, value in zip(self.part_names, typed or [], strict=False)
        }

    def missing(self):
        return gettext("Fill in “%(label)s”.") % {"label": self.label}

    def shown(self, value):
        return [self.part_shown(part, value or {}) for part in self.part_names]

    def part_shown(self, part: str, value: dict) -> str:
        return value.get(part) or ""

    def typed(self, value):
        return dict(
            zip((f"{self.key}_{part}" for part in self.part_names), self.shown(value), strict=True)
        )


def about_part(part: str, fault: ValidationError) -> list[ValidationError]:
    """The errors in ``fault`` as errors of ``part``."""
    return [
        ValidationError(error.message, code=part, params=error.params) for error in fault.error_list
    ]
