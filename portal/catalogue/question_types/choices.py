"""Answers picked from a list."""

from dataclasses import dataclass

from django import forms
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from portal.catalogue.question_types.places import SAMPLE_PROVINCE
from portal.catalogue.questions import Question, question_type
from portal.catalogue.reference_lists import LISTS, Option, provinces

LONGEST_RADIO_LIST = 7  # options; a longer list is shown as a drop-down
SHARE_OF_YES = 0.3  # in samples
NOT_AN_OPTION = "không có trong danh sách"


def read_options_of(table) -> tuple[Option, ...]:
    """The options a service file lists itself (``options``) or takes from a shared list (``list``)."""
    if table.has("list"):
        left_out = table.texts("without", ())
        shared = LISTS[table.one_of("list", LISTS)]()
        return tuple(option for option in shared.values() if option.key not in left_out)
    options = []
    for entry in table.tables("options", at_least=2):
        option_key = entry.text("key", pattern=r"[a-zA-Z0-9_]+")
        options.append(Option(option_key, entry.words("label"), entry.words("hint", None)))
        entry.close()
    if len({option.key for option in options}) < len(options):
        table.refuse("options", _("must have keys that differ"))
    return tuple(options)


@dataclass(frozen=True)
class Picked(Question):
    """What the types with options share."""

    options: tuple[Option, ...] = ()

    @classmethod
    def read_options(cls, table):
        return {"options": read_options_of(table)}

    def labelled(self) -> list[tuple[str, str]]:
        return [(option.key, str(option.label)) for option in self.options]

    def hint_of(self, key: str):
        """What stands below an option, in the reader's language; empty for most."""
        return next((option.hint or "" for option in self.options if option.key == key), "")

    def condition_values(self):
        return tuple(option.key for option in self.options)

    def label_of(self, key: str, language: str) -> str:
        return next(
            (option.label.to(language) for option in self.options if option.key == key), key
        )

    def render_pick(self, value, language):
        return self.label_of(value, language)

    def not_offered(self):
        return self.refusal(_("Pick an answer to “%(label)s” from the list."), code="not_offered")

    def missing(self):
        return gettext("Pick an answer to “%(label)s”.") % {"label": self.label}


@question_type
@dataclass(frozen=True)
class Choice(Picked):
    """One answer from a list: radio buttons, or a drop-down when the list is long. Stored: its key.

    ``usual`` holds the answers that samples draw from; without it, the first options come most often.
    """

    type = "choice"

    usual: tuple[str, ...] = ()

    @classmethod
    def read_options(cls, table):
        options = read_options_of(table)
        usual = table.texts("usual", (), allowed=[option.key for option in options])
        return {"options": options, "usual": usual}

    @property
    def template(self):
        return (
            "components/question/line.html" if self.is_long else "components/question/choice.html"
        )

    @property
    def is_long(self) -> bool:
        return len(self.options) > LONGEST_RADIO_LIST

    def widget(self):
        if self.is_long:
            attributes = self.control_attributes(**{"class": "form-select"})
            return forms.Select(attributes, choices=[("", gettext("Choose")), *self.labelled()])
        return forms.RadioSelect(choices=self.labelled())

    def read(self, typed, *, today):
        if not typed:
            return None
        if typed not in self.condition_values():
            raise self.not_offered()
        return typed

    def render(self, value, language):
        return self.label_of(value, language)

    def sample(self, rng, *, today):
        if self.usual:
            return rng.choice(self.usual)
        weights = [1 / place**2 for place in range(1, len(self.options) + 1)]
        return rng.choices(self.options, weights)[0].key

    def example_valid(self, *, today):
        return self.options[0].key

    def example_invalid(self):
        return {self.key: NOT_AN_OPTION}


@question_type
@dataclass(frozen=True)
class Choices(Picked):
    """Any number of answers from a list. Stored: the list of their keys, in the order of the options."""

    type = "choices"
    template = "components/question/choice.html"

    def widget(self):
        return forms.CheckboxSelectMultiple(choices=self.labelled())

    def read(self, typed, *, today):
        ticked = set(typed or [])
        if not ticked <= set(self.condition_values()):
            raise self.not_offered()
        return [key for key in self.condition_values() if key in ticked] or None

    def missing(self):
        return gettext("Tick at least one answer to “%(label)s”.") % {"label": self.label}

    def shown(self, value):
        return value or []

    def render(self, value, language):
        return ", ".join(self.label_of(key, language) for key in value)

    def sample(self, rng, *, today):
        ticked = {
            rng.choice(self.options).key,
            *(option.key for option in self.options if rng.random() < 0.3),
        }
        return [key for key in self.condition_values() if key in ticked]

    def example_invalid(self):
        return {self.key: [NOT_AN_OPTION]}


@question_type
@dataclass(frozen=True)
class YesNo(Question):
    """A question answered by yes or no. Stored: true or false."""

    type = "yes_no"
    template = "components/question/choice.html"

    def widget(self):
        return forms.RadioSelect(choices=[("yes", gettext("Yes")), ("no", gettext("No"))])

    def hint_of(self, key: str):
        return ""

    def read(self, typed, *, today):
        if not typed:
            return None
        if typed not in ("yes", "no"):
            raise self.refusal(_("Answer “%(label)s” with yes or no."), code="not_offered")
        return typed == "yes"

    def missing(self):
        return gettext("Answer “%(label)s” with yes or no.") % {"label": self.label}

    def condition_values(self):
        return (True, False)

    def shown(self, value):
        return {True: "yes", False: "no"}.get(value, "")

    def render(self, value, language):
        with override(language):
            return gettext("Yes") if value else gettext("No")

    def sample(self, rng, *, today):
        return rng.random() < SHARE_OF_YES

    def example_valid(self, *, today):
        return True

    def example_invalid(self):
        return {self.key: "có lẽ"}


@question_type
@dataclass(frozen=True)
class Province(Choice):
    """A province or city. Stored: its national code, such as H17."""

    type = "province"

    @classmethod
    def read_options(cls, table):
        return {"options": tuple(provinces().values()), "usual": (SAMPLE_PROVINCE,)}
