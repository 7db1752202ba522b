"""A dossier on paper, filed by the one-door officer: the same machine, clock and metrics as one sent online.

Answers, papers and sending are those of :mod:`dossiers.actions.filing` and :mod:`dossiers.actions.attaching`; what
differs is who opens it, for whom, and that no level forbids paper.
"""

from django.db import transaction

from dossiers.actions.filing import answers_known_from
from dossiers.errors import UnitDoesNotOffer
from dossiers.models import Dossier
from dossiers.states import Channel, State
from portal import clock
from portal.accounts.models import User
from portal.catalogue.models import Offering, VersionState
from portal.errors import NotPermitted
from portal.workflow import allows

FILES_ON_PAPER = allows("dossier.file_on_paper")
PAPER_CHANNELS = (Channel.COUNTER, Channel.POST)


@transaction.atomic
def open_paper_dossier(offering, *, channel, by, nonce, **applicant):
    """A draft for somebody who came to the counter or wrote by post; the same ``nonce`` gives the same draft.

    ``applicant`` holds the snapshot and the wanted delivery, by field name. Raises ``NotPermitted`` unless ``by``
    files on paper at this unit, ``UnitDoesNotOffer`` for what the unit does not offer today.
    """
    User.objects.select_for_update(no_key=True).only("pk").get(
        pk=by.pk
    )  # two clicks are counted one after the other
    if (started := Dossier.objects.filter(filed_by=by, nonce=nonce).first()) is not None:
        return started
    if not Offering.objects.in_force(clock.today()).filter(pk=offering.pk).exists():
        raise UnitDoesNotOffer(unit=offering.unit)
    version = offering.service.versions.filter(state=VersionState.PUBLISHED).latest("number")
    dossier = Dossier(
        offering=offering,
        service=offering.service,
        version=version,
        receiving_unit=offering.unit,
        handling_agency=offering.handling_agency,
        competent_agency=offering.competent_agency,
        channel=channel,
        level=offering.level,
        filed_by=by,
        nonce=nonce,
        answers=answers_known_from(applicant, version.definition),
        created_at=clock.now(),
        **applicant,
    )
    require_right(dossier, by)
    dossier.save()
    return dossier


def paper_drafts_of(user):
    """The paper dossiers that this officer began and has not filed yet, at units they still serve; newest first."""
    return Dossier.objects.filter(
        filed_by=user,
        state=State.DRAFT,
        channel__in=PAPER_CHANNELS,
        receiving_unit__in=user.units_served(),
    ).order_by("-created_at", "-pk")


def require_right(dossier, by):
    """Pass if ``by`` files on paper where ``dossier`` comes in. Raises ``NotPermitted``."""
    if FILES_ON_PAPER.grant_of(by, dossier) is None:
        raise NotPermitted(transition="file_on_paper", who=FILES_ON_PAPER.who())
