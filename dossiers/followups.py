"""What follows a move of a dossier: the official forms are printed, the applicant is told."""

from dossiers import mails, papers  # noqa: F401  (mails subscribes to what it tells)
from dossiers.models import Dossier, SupplementRequest
from dossiers.states import Channel
from portal.workflow import after

FOR_A_FORM = ("version", "receiving_unit__agency__parent", "receiving_unit__agency__root")


@after("dossiers.Dossier", "submit")
def print_filing_receipt(event):
    """The receipt for what was filed online. Running it twice prints it once, like all that follow."""
    dossier = dossier_of(event)
    if dossier.channel == Channel.ONLINE:
        papers.filing_receipt(dossier)


@after("dossiers.Dossier", "receive")
def print_form_01(event):
    """Receipt and appointment for the result."""
    papers.form_01(dossier_of(event))


@after("dossiers.Dossier", "request_supplement")
def print_form_02(event):
    """The request for supplement."""
    requests = SupplementRequest.objects.select_related(
        "asked_by", *(f"dossier__{name}" for name in FOR_A_FORM)
    )
    papers.form_02(requests.get(public_id=event.details["request"]))


@after("dossiers.Dossier", "refuse_receipt")
def print_form_03(event):
    """The refusal to receive."""
    papers.form_03(dossier_of(event))


def dossier_of(event):
    return Dossier.objects.select_related(*FOR_A_FORM).get(pk=event.instance_id)
