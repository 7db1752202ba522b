"""A citizen at the pages: what a browser sends, step by step, through Django's test client."""

import random
import re
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from dossiers.models import Dossier
from portal import clock
from portal.catalogue.forms import form_data
from portal.catalogue.samples import sample_answers
from tests import small_files
from tests.accounts.factories import UserFactory

APPLICANT = {
    "applicant_kind": "person",
    "applicant_name": "Nguyễn Thị Mai",
    "applicant_identifier": "048190012345",
    "applicant_phone": "0905123456",
    "applicant_email": "mai@vidu.example",
    "applicant_address": "72 Bạch Đằng, phường Thạch Thang, quận Hải Châu, Đà Nẵng",
}
ENTERPRISE = APPLICANT | {
    "applicant_kind": "enterprise",
    "applicant_name": "Công ty TNHH Thử nghiệm",
    "applicant_identifier": "0100233488",
}


def citizen(client, **fields):
    """A signed-in citizen whose browser is ``client``."""
    user = UserFactory(**fields)
    client.force_login(user)
    return user


def pdf_file(name="giay-to.pdf", content=None):
    """A small PDF, or other ``content``, as a browser uploads it."""
    return SimpleUploadedFile(name, small_files.small_pdf() if content is None else content)


def begin(client, offering, nonce=None):
    """Press “begin here”; the value is the draft."""
    response = client.post(
        reverse("dossiers:start", args=[offering.service.code]),
        {"offering": offering.pk, "nonce": nonce or uuid4()},
    )
    assert response.status_code == 302, response.content.decode()[:2000]
    public_id = re.search(r"/dossiers/([0-9a-f-]{36})/", response.url)[1]
    return Dossier.objects.get(public_id=public_id)


def fill_in(client, dossier, answers=None, seed=7):
    """Answer every page of the form and attach every needed paper."""
    definition = dossier.version.definition
    if answers is None:
        answers = sample_answers(definition, random.Random(seed), today=clock.today())
    people = ENTERPRISE if definition.audience == ("enterprise",) else APPLICANT
    saved = client.post(address("applicant", dossier), people)
    assert saved.status_code == 302, errors_of(saved)
    for group in definition.visible_groups(answers):
        if all(question.type == "declaration" for question in group.questions):
            continue
        saved = client.post(
            address("step", dossier, group.key), posted(definition, group.key, answers)
        )
        assert saved.status_code == 302, (group.key, errors_of(saved))
    for paper in definition.needed_documents(answers):
        attach(client, dossier, paper.key)
    dossier.refresh_from_db(fields=["answers"])
    files = {key: dossier.answers[key] for key in definition.file_questions if key in answers}
    return answers | files


def posted(definition, step, answers):
    """One page as a browser sends it for stored ``answers``, files among them."""
    return {
        name: file_like(typed) if isinstance(typed, dict) else typed
        for name, typed in form_data(definition, step, answers).items()
    }


def file_like(answer):
    """A small file of the kind of a stored ``answer``, as a browser uploads it."""
    return SimpleUploadedFile(answer["name"], small_files.content_of(answer["kind"]))


def attach(client, dossier, component, file=None):
    response = client.post(
        address("documents", dossier), {"component": component, "file": file or pdf_file()}
    )
    assert response.status_code == 302, errors_of(response)
    return response


def send(client, dossier):
    """Tick the declaration and press the button."""
    ticked = {
        key: "on"
        for key, question in dossier.version.definition.questions.items()
        if question.type == "declaration"
    }
    return client.post(address("submit", dossier), {"seen": dossier.sequence, **ticked})


def address(name, dossier, *more):
    return reverse(f"dossiers:{name}", args=[dossier.public_id, *more])


def errors_of(response):
    """The sentences of the error summary, for a readable failure."""
    form = response.context and response.context.get("form")
    return (
        form.errors.as_json()
        if form is not None and form.errors
        else response.content.decode()[:3000]
    )


def download(client, url):
    """The response to a download, with its bytes as ``body``; reading them all closes the file behind it."""
    response = client.get(url)
    response.body = response.getvalue() if response.streaming else response.content
    return response
