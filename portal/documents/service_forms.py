"""The form of a service on paper: blank, as a filled sample, or with what somebody typed and never sent."""

import random

from django.conf import settings
from django.core.cache import cache
from django.urls import reverse

from portal import clock
from portal.catalogue.blanks import pages_drawn
from portal.catalogue.definitions import content_digest
from portal.catalogue.samples import sample_answers
from portal.documents.typesetting import typeset_service_form

KEPT_SECONDS = 24 * 60 * 60  # a blank form or a sample: the same for everybody on the same day


def blank(definition) -> bytes:
    """The form of a service with nothing filled in."""
    return kept(definition, "blank", lambda: printed(definition, {}))


def sample(definition) -> bytes:
    """The form as somebody invented would fill it in; the same for everybody."""
    return kept(definition, "sample", lambda: printed_sample(definition))


def printed_sample(definition) -> bytes:
    answers = sample_answers(definition, random.Random(definition.code), today=clock.today())
    return printed(definition, answers, is_sample=True)


def printed(definition, answers, *, is_sample=False) -> bytes:
    """The form with what ``answers`` hold; everything else stays blank to be written by hand."""
    return typeset_service_form(
        {
            "issued_at": clock.now(),
            "code": definition.code,
            "service": definition.name.vi,
            "service_en": definition.name.en,
            "pages": pages_drawn(definition, answers, today=clock.today()),
            "papers": papers_to_enclose(definition, answers),
            "sample": is_sample,
            "verify_url": settings.PORTAL_PUBLIC_URL
            + reverse("catalogue:service", args=[definition.code]),
        }
    )


def papers_to_enclose(definition, answers):
    """What goes with the form at the counter; the form itself is none of them."""
    known = definition.kept_answers(answers)
    return [
        {
            "name": paper.name.vi,
            "form": paper.form,
            "required": paper.required and paper.needed_if is None,
            "originals": paper.originals,
            "copies": paper.copies,
        }
        for paper in definition.documents
        if not paper.filled_online and (not known or paper.concerns(known, "counter"))
    ]


def kept(definition, kind, make) -> bytes:
    """``make()``, kept for a day: typesetting takes longer than everything else of such a request."""
    content = content_digest(definition.content)
    key = f"service-form:{kind}:{content}:{clock.today()}"
    return cache.get_or_set(key, make, KEPT_SECONDS)
