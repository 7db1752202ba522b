"""Who offers what from which day on: the dated rows of one unit and one service follow each other."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.catalogue.models import Offering
from portal.catalogue.offering_plan import answers_for
from portal.errors import PortalError


class BeginsInThePast(PortalError):
    """What was offered on a past day stays as it was: dossiers and figures rest on it. Fields: ``today``."""

    message = _("Choose a day from {today} on: what was offered before stays as it was.")


class BeginsBeforeThePresentOne(PortalError):
    """Fields: ``begins``, the first day of the row that is open."""

    message = _("The unit offers the service from {begins} on already. Choose a later day.")


@transaction.atomic
def offer(service, unit, *, level, since, handling_agency):
    """The unit offers the service at ``level`` from ``since`` on; what it offered before ends there.

    Raises ``BeginsInThePast`` or ``BeginsBeforeThePresentOne``.
    """
    present = open_row(service, unit)
    require_possible(present, since)
    if present is not None:
        _end(present, since)
    return Offering.objects.create(
        service=service,
        unit=unit,
        level=level,
        valid_from=since,
        handling_agency=handling_agency,
        competent_agency_id=answers_for(handling_agency, handling_agency.parent),
    )


@transaction.atomic
def withdraw(offering, *, on):
    """The unit no longer offers the service from the day ``on``. Dossiers under way are finished.

    Raises what :func:`offer` raises.
    """
    present = Offering.objects.select_for_update().get(pk=offering.pk)
    require_possible(present, on)
    _end(present, on)
    return present


def open_row(service, unit):
    """The row in which ``unit`` offers ``service`` without an end, locked; ``None`` where there is none."""
    rows = Offering.objects.select_for_update().filter(service=service, unit=unit)
    return rows.filter(valid_to__isnull=True).first()


def require_possible(present, day):
    """Pass if a change may take effect on ``day``. Raises ``BeginsInThePast`` or ``BeginsBeforeThePresentOne``."""
    if day < clock.today():
        raise BeginsInThePast(today=f"{clock.today():%d/%m/%Y}")
    if present is not None and present.valid_from >= day:
        raise BeginsBeforeThePresentOne(begins=f"{present.valid_from:%d/%m/%Y}")


def _end(row, day):
    row.valid_to = day
    row.save(update_fields=["valid_to"])
