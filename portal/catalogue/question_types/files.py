"""A file asked for as a question of its page."""

import random
from dataclasses import dataclass
from uuid import UUID

from django import forms
from django.utils.translation import get_language, gettext, override
from django.utils.translation import gettext_lazy as _

from portal.catalogue.answer_field import AnswerBoundField, AnswerField
from portal.catalogue.questions import Question, question_type
from portal.wording import file_size

KINDS = {"pdf": ("PDF", (".pdf",)), "jpg": ("JPG", (".jpg", ".jpeg")), "png": ("PNG", (".png",))}
MEGABYTE = 1024 * 1024
MOST_MEGABYTES = 10  # docs/sources.md: what the portal takes as one file


@question_type
@dataclass(frozen=True)
class File(Question):
    """A file. Stored: ``{"document": key, "name": …, "kind": "pdf", "size": bytes}`` of a document of the dossier.

    The answer is written by the act that keeps the file, never by what a page posts beside it: a form
    shows and judges the stored answer only (docs/decisions/0011).
    """

    type = "file"
    template = "components/question/file.html"

    accept: tuple[str, ...] = tuple(KINDS)
    max_mb: int = MOST_MEGABYTES

    @classmethod
    def read_options(cls, table):
        if table.has("fills"):
            table.refuse("fills", _("does not belong to a question of this type"))
        accepted = table.texts("accept", tuple(KINDS), allowed=KINDS)
        if not accepted:
            table.refuse("accept", _("must not be empty"))
        return {
            "accept": accepted,
            "max_mb": table.whole("max_mb", MOST_MEGABYTES, minimum=1, maximum=MOST_MEGABYTES),
        }

    @property
    def accepted_endings(self) -> str:
        """For the file dialog of a browser."""
        return ",".join(ending for kind in self.accept for ending in KINDS[kind][1])

    @property
    def accepted_words(self) -> str:
        return ", ".join(KINDS[kind][0] for kind in self.accept)

    def widget(self):
        return StoredFileInput({"class": "form-control", "accept": self.accepted_endings})

    def form_field(self, *, today, required=None):
        required = self.required if required is None else required
        return StoredFileField(self, today=today, required=required)

    def read(self, typed, *, today):
        if not typed:
            return None
        if not is_stored_file(typed):
            raise self.refusal(_("Choose the file for “%(label)s” again."), code="not_a_file")
        if typed["kind"] not in self.accept:
            raise self.refusal(
                _("“%(label)s” is taken as %(kinds)s. Choose such a file."),
                code="kind",
                kinds=self.accepted_words,
            )
        if typed["size"] > self.max_mb * MEGABYTE:
            raise self.refusal(
                _("The file for “%(label)s” may have %(max)s MB at most. Choose a smaller one."),
                code="too_large",
                max=self.max_mb,
            )
        return typed

    def missing(self):
        return gettext("Choose a file for “%(label)s”.") % {"label": self.label}

    def render(self, value, language):
        with override(language):
            return f"{value['name']} ({KINDS[value['kind']][0]}, {file_size(value['size'])})"

    def sample(self, rng: random.Random, *, today):
        kind = self.accept[0]
        return {
            "document": str(UUID(int=rng.getrandbits(128), version=4)),
            "name": f"tep-dinh-kem{KINDS[kind][1][0]}",
            "kind": kind,
            "size": rng.randint(40_000, 900_000),
        }

    def example_invalid(self):
        return {self.key: "một tệp"}


class StoredFileBoundField(AnswerBoundField):
    """A file on a page: what is there already, and the dialog to choose another."""

    @property
    def state_id(self) -> str:
        return f"{self.auto_id}_state"

    @property
    def away_id(self) -> str:
        return f"{self.auto_id}_away"

    @property
    def stored_words(self) -> str:
        return self.question.render(self.initial, get_language())

    @property
    def aria_describedby(self):
        return f"{super().aria_describedby} {self.state_id}".lstrip()

    def build_widget_attrs(self, attrs, widget=None):
        attributes = super().build_widget_attrs(attrs, widget)
        attributes.pop("disabled", None)  # the dialog works; only what it posts is no answer yet
        return attributes


class StoredFileField(AnswerField):
    """The field of a file: whatever is posted, the stored answer counts."""

    def __init__(self, question, **options):
        super().__init__(question, **options)
        self.disabled = True

    def get_bound_field(self, form, field_name):
        return StoredFileBoundField(form, self, field_name)


class StoredFileInput(forms.FileInput):
    """A file dialog. What it reads is a stored answer: files themselves are taken by the room of dossiers."""

    def value_from_datadict(self, data, files, name):
        return data.get(name)


def is_stored_file(value) -> bool:
    """Whether ``value`` has the shape of a stored answer."""
    if not isinstance(value, dict) or set(value) != {"document", "name", "kind", "size"}:
        return False
    texts = all(isinstance(value[part], str) for part in ("document", "name", "kind"))
    return texts and value["kind"] in KINDS and type(value["size"]) is int
