"""Who continues an open dossier after its agency or its one-door unit has closed, in words for its citizen."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from dossiers.states import FINAL
from dossiers.timeline import Entry
from portal.agencies import present
from portal.agencies.models import Agency, Unit
from portal.wording import long_date


@dataclass(frozen=True)
class Continuation:
    """``agency`` closed on ``day``; ``successor`` does its work, and ``unit`` receives and returns in its place."""

    agency: Agency
    successor: Agency
    day: date
    basis: str
    unit: Unit | None

    @property
    def title(self):
        return _("{successor} now handles your dossier").format(successor=self.successor)

    @property
    def text(self):
        sentences = [
            _(
                "{agency} closed on {day} ({basis}). You need not file anything again: "
                "code, papers and date of the dossier stay as they are."
            ).format(agency=self.agency, day=long_date(self.day), basis=self.basis)
        ]
        if self.unit is not None:
            sentences.append(
                _("Where to go now: {unit}, {address}.").format(
                    unit=self.unit, address=self.unit.address
                )
            )
        return " ".join(sentences)


def continuation_of(dossier) -> Continuation | None:
    """Who continues ``dossier`` as of today; ``None`` where its agencies stand or the dossier has ended."""
    if dossier.state in FINAL:
        return None
    day = present.today()
    closed = closed_agency(dossier, day)
    successor = closed.successor_on(day) if closed is not None else None
    if successor is None:
        return None
    return Continuation(
        closed,
        successor,
        closed.valid_to,
        closed.succession.basis,
        unit_of(dossier, successor, day),
    )


def closed_agency(dossier, day):
    """The agency of the dossier that has closed by ``day``: the one that handles it, else that of its one-door unit."""
    if not dossier.handling_agency.exists_on(day):
        return dossier.handling_agency
    unit = dossier.receiving_unit
    return unit.agency if unit.valid_to is not None and unit.valid_to <= day else None


def unit_of(dossier, successor, day):
    """The one-door unit of whoever continues, where the dossier's own unit has closed, too."""
    unit = dossier.receiving_unit
    if unit.valid_to is None or unit.valid_to > day:
        return None
    heir = unit.agency.successor_on(day) or successor
    return (
        Unit.objects.as_of(day)
        .filter(agency__in=[heir.pk, heir.root_id, heir.top_id])
        .order_by("-code")
        .first()
    )


def with_continuation(entries, continuation):
    """The timeline with the day on which the successor took over, at its place among what happened."""
    if continuation is None:
        return entries
    told = Entry(
        _("{successor} took over from {agency}").format(
            successor=continuation.successor, agency=continuation.agency
        ),
        when=long_date(continuation.day),
        text=_("Legal basis: {basis}.").format(basis=continuation.basis),
    )
    older = (
        place
        for place, entry in enumerate(entries)
        if entry.at is not None and entry.at.date() < continuation.day
    )
    place = next(older, len(entries))
    return [*entries[:place], told, *entries[place:]]
