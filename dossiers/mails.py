"""E-mails to the applicant: one for every event that concerns them, in their language, told once."""

from django.conf import settings

from dossiers.models import Dossier
from dossiers.states import Channel
from portal.notifications.messages import notify
from portal.workflow import after

# Transitions that the applicant is told of; each has templates/dossiers/mail/<name>.{subject,body}.txt.
TOLD = (
    "submit",
    "receive",
    "refuse_receipt",
    "request_supplement",
    "supply",
    "start_processing",
    "request_payment",
    "record_payment",
    "request_withdrawal",
    "refuse_withdrawal",
    "accept_withdrawal",
    "stop",
    "expire",
    "complete",
    "return_result",
    "transfer",
    "reschedule",
)


def tell_applicant(event):
    """Write to the applicant about one move. A dossier on paper has an e-mail address or nothing is sent."""
    dossier = Dossier.objects.select_related(
        "service", "version", "receiving_unit", "handling_agency", "filed_by"
    ).get(pk=event.instance_id)
    online = dossier.channel == Channel.ONLINE
    notify(
        key=f"dossier:{dossier.pk}:{event.sequence}",
        recipient=dossier.applicant_email or (dossier.filed_by.email if online else ""),
        user=dossier.filed_by if online else None,
        template=f"dossiers/mail/{event.transition}",
        context={
            "dossier": dossier,
            "details": event.details,
            "link": f"{settings.PORTAL_PUBLIC_URL}{dossier.get_absolute_url()}",
            "request": request_of(dossier, event),
        },
    )


def request_of(dossier, event):
    """The request that the event opened or closed, if it names one."""
    requests = {
        "request_supplement": dossier.supplement_requests,
        "supply": dossier.supplement_requests,
        "request_payment": dossier.payment_requests,
        "record_payment": dossier.payment_requests,
        "refuse_withdrawal": dossier.withdrawal_requests,
    }
    if event.transition not in requests:
        return None
    found = requests[event.transition].all()
    if "request" in event.details:
        return found.filter(public_id=event.details["request"]).first()
    return found.last()


for transition in TOLD:
    after("dossiers.Dossier", transition)(tell_applicant)
