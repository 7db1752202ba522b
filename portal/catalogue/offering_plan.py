"""Who offers what, at which level, from when to when: planned from the tree of agencies and the tables of ``data/``.

A service of a level of the state is offered by every one-door unit there, and handled by the department whose field
it is. Units and departments come and go with their agencies, so an offering ends and another begins where they do.
``unit_levels.csv`` says where one unit differs from the level in the service file, ``province_levels.csv`` where a
whole province came later or stays below.
"""

import csv
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from portal.agencies import present
from portal.agencies.models import Agency, Unit
from portal.agencies.tree_files import sectors
from portal.catalogue.models import Offering

Kind = Agency.Kind

FIRST_DAY = date(2022, 1, 1)  # from here on the loaded catalogue is in force
FOLDER = Path(__file__).parent / "data"
NO_END = date.max
ROWS_A_STATEMENT = 3000


@dataclass(frozen=True)
class Span:
    """Days from ``begins`` to before ``ends``."""

    begins: date = FIRST_DAY
    ends: date = NO_END

    def __bool__(self):
        return self.begins < self.ends

    def __and__(self, other):
        return Span(max(self.begins, other.begins), min(self.ends, other.ends))


NEVER = Span(FIRST_DAY, FIRST_DAY)


class OfferingPlan:
    """The offerings of the loaded tree. A unit that offers a service already keeps its own rows."""

    def __init__(self):
        self.agencies = Agency.objects.in_bulk()
        self.lives = {key: life_of(agency) for key, agency in self.agencies.items()}
        self.units = {
            unit.agency_id: unit for unit in Unit.objects.order_by("-code") if life_of(unit)
        }
        self.by_kind = defaultdict(list)
        self.departments = defaultdict(list)  # (key of an agency, code of a ministry) → its own
        self.staffed = set()  # (kind, code of a ministry): some agency of the kind has a department
        for agency in self.agencies.values():
            if self.lives[agency.pk]:
                self.by_kind[agency.kind].append(agency)
                for ministry in sectors().get(agency.code, ()):
                    self.departments[agency.parent_id, ministry].append(agency)
                    self.staffed.add((self.agencies[agency.parent_id].kind, ministry))
        self.unit_levels = grouped("unit_levels", "unit", "service")
        self.province_levels = grouped("province_levels", "province", "agency_level")
        self.changed = 0
        self.planned = []
        self.offered_until = self.end_what_ended()

    def end_what_ended(self) -> dict:
        """End the offerings whose unit or handler is no more; says until when each unit offers each service."""
        until, ended = {}, defaultdict(list)
        rows = Offering.objects.values_list(
            "pk",
            "unit_id",
            "unit__agency_id",
            "service_id",
            "handling_agency_id",
            "valid_from",
            "valid_to",
        )
        for key, unit, agency, service, handler, begins, ends in rows.iterator(10_000):
            life = self.lives[agency] & self.lives[handler]
            ends = ends or NO_END
            if begins < life.ends < ends:
                ended[life.ends].append(key)
                ends = life.ends
            until[unit, service] = max(until.get((unit, service), FIRST_DAY), ends)
        for day, keys in ended.items():
            self.changed += Offering.objects.filter(pk__in=keys).update(valid_to=day)
        return until

    def offer(self, service, definition) -> None:
        """Plan the offerings of ``service`` that are not there yet."""
        for unit, handler in self.places(definition):
            life = self.lives[unit.agency_id] & self.lives[handler.pk]
            already_until = self.offered_until.get((unit.pk, service.pk), FIRST_DAY)
            for level, span in self.levels(unit, definition):
                lasts = span & life
                if not lasts or lasts.begins < already_until:
                    continue
                self.planned.append(
                    Offering(
                        service=service,
                        unit=unit,
                        handling_agency=handler,
                        competent_agency_id=self.competent(handler),
                        level=level,
                        valid_from=lasts.begins,
                        valid_to=lasts.ends if lasts.ends < NO_END else None,
                    )
                )

    def write(self) -> int:
        """Write what was planned; returns how many rows were written in all."""
        Offering.objects.bulk_create(self.planned, ROWS_A_STATEMENT)
        return self.changed + len(self.planned)

    def places(self, definition):
        """``(unit, handling agency)`` of everybody who offers the service at some time."""
        ministry = definition.owner_ministry
        for agency in self.serving(definition.agency_level):
            handlers = self.departments.get((agency.pk, ministry))
            if handlers is None and self.answers_itself(agency, ministry):
                handlers = [agency]
            for handler in handlers or ():
                unit = self.units.get(handler.pk) or self.units.get(agency.pk)
                if unit is not None:
                    yield unit, handler

    def serving(self, agency_level):
        """The agencies of a level of the state; a commune right below its province does the districts' work, too."""
        yield from self.by_kind[agency_level]
        if agency_level == Kind.DISTRICT:
            for commune in self.by_kind[Kind.COMMUNE]:
                if self.agencies[commune.parent_id].kind == Kind.PROVINCE:
                    yield commune

    def answers_itself(self, agency, ministry) -> bool:
        """Whether an agency without a department for the field handles the service all the same."""
        if agency.kind == Kind.MINISTRY:
            return agency.code == ministry
        return agency.kind != Kind.PROVINCE or (agency.kind, ministry) not in self.staffed

    def levels(self, unit, definition):
        """``(level, span)`` of the unit's rows: its own, else the level of the file as far as its province is."""
        own = self.unit_levels.get((unit.code, definition.code))
        if own:
            return [(int(row["level"]), span_of(row)) for row in own]
        top = self.agencies[self.agencies[unit.agency_id].top_id]
        limits = self.province_levels.get((top.code, definition.agency_level), ())
        return below_limits(
            definition.level, [(int(row["at_most"]), span_of(row)) for row in limits]
        )

    def competent(self, handler) -> int:
        return answers_for(handler, self.agencies.get(handler.parent_id))


def answers_for(handler, above) -> int:
    """The key of who answers for the decision: a provincial or ministerial department itself, else its root."""
    itself = above is not None and above.kind in (Kind.PROVINCE, Kind.MINISTRY)
    return handler.pk if itself and handler.kind == Kind.DEPARTMENT else handler.root_id


def below_limits(level, limits):
    """``(level, span)`` from the first day on without a gap; each limit ``(at most, span)`` holds in its span."""
    biting = sorted((span.begins, span.ends, most) for most, span in limits if most < level)
    found, day = [], FIRST_DAY
    for begins, ends, most in biting:
        found += [(level, Span(day, begins)), (most, Span(begins, ends))]
        day = ends
    return [(each, span) for each, span in [*found, (level, Span(day))] if span]


def life_of(row) -> Span:
    """The span in which an agency or unit exists in this database."""
    life = present.life(row)
    if life is None:
        return NEVER
    begins, ends = life
    return Span(max(begins or FIRST_DAY, FIRST_DAY), ends or NO_END)


def span_of(row) -> Span:
    ends = date.fromisoformat(row["valid_to"]) if row["valid_to"] else NO_END
    return Span(date.fromisoformat(row["valid_from"]), ends)


def grouped(name, *columns):
    """The lines of a table of ``data/`` by the values of some columns."""
    found = defaultdict(list)
    for row in read(name):
        found[tuple(row[column] for column in columns)].append(row)
    return found


def read(name):
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
