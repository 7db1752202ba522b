"""What a page of questions posts beside text: files, and the buttons that add a row or take one away."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError

from dossiers.actions import answer_files
from dossiers.actions.refusals import TooManyFiles
from portal.catalogue.answer_rows import with_rows_changed
from portal.catalogue.forms import QuestionForm
from portal.documents.errors import UploadRefused


@dataclass(frozen=True)
class Posted:
    """A page as it was posted. ``is_saving`` is false where only a row was added or taken away."""

    form: QuestionForm
    is_saving: bool


def posted(request, dossier, questions, form_of) -> Posted:
    """The page with these ``questions``; ``form_of`` makes its form for posted data.

    Files are kept at once, whatever else is wrong with the page: no browser would send them again by itself.
    """
    refused = keep_files(request, dossier, questions)
    changed = with_rows_changed(questions, request.POST)
    form = form_of(request.POST if changed is None else changed)
    if changed is None:
        form.full_clean()
    else:
        form.leave_unjudged()
    for key, sentence in refused.items():
        if key in form.fields:
            form.add_error(key, sentence)
    return Posted(form, is_saving=changed is None)


def keep_files(request, dossier, questions) -> dict[str, str]:
    """Keep the posted files, take away those ticked for it; the sentences about refused ones, by question."""
    refused = {}
    for question in questions:
        if question.type != "file":
            continue
        try:
            if file := request.FILES.get(question.key):
                answer_files.put_in(dossier, question, file, by=request.user)
            elif f"{question.key}_away" in request.POST:
                answer_files.take_out(dossier, question)
        except (UploadRefused, TooManyFiles) as refusal:
            refused[question.key] = str(refusal)
        except ValidationError as fault:
            refused[question.key] = " ".join(fault.messages)
    return refused
