"""“Who is competent for me?”: from a service and a place to the one-door unit, and who else is near."""

from functools import cached_property

from django.core.paginator import Paginator
from django.db.models import Case, Count, IntegerField, Value, When

from portal import clock
from portal.agencies.models import Agency
from portal.catalogue.models import Offering
from portal.catalogue.places_asked import PlaceAsked

PER_PAGE = 10  # units on a page; a service of no more units is shown whole, and nobody is asked for a place
COMPETENT, NEAR, FAR = 0, 1, 2


class Competence:
    """Who offers ``service`` today, and who of them is competent for the place that ``query`` names."""

    def __init__(self, service, query):
        self.service = service
        self.place = PlaceAsked(query)
        self.page_asked = query.get("page")

    @cached_property
    def units_by_level(self) -> dict[int, int]:
        """How many units offer the service today, by level."""
        counted = self.offered.values("level").annotate(units=Count("unit")).order_by("level")
        return {row["level"]: row["units"] for row in counted}

    @property
    def levels(self):
        return list(self.units_by_level)

    @property
    def number_of_units(self):
        return sum(self.units_by_level.values())

    @property
    def asks_for_a_place(self):
        """Whether the place matters: a ministry answers for the whole country, and few units are shown at once."""
        return self.service.agency_level != Agency.Kind.MINISTRY and (
            self.number_of_units > PER_PAGE or self.place.typed["province"] != ""
        )

    @cached_property
    def competent(self):
        """The offering of the unit that is competent for the place; ``None`` while the place is not known so far."""
        first = next(iter(self.page), None)
        return first if first is not None and first.distance == COMPETENT else None

    @cached_property
    def page(self):
        """A page of the offerings for the place, the nearest first; none as long as a place is to be named."""
        return Paginator(self.nearest, PER_PAGE).get_page(self.page_asked)

    @property
    def nearest(self):
        if not self.asks_for_a_place:
            found = self.offered
        elif self.place.province is None:
            return Offering.objects.none()
        else:
            found = self.offered.filter(unit__agency__top=self.place.province)
        return (
            found.annotate(distance=self.distance())
            .select_related("unit", "handling_agency__top")
            .order_by("distance", "handling_agency__top__code", "unit__code")
        )

    @property
    def offered(self):
        return Offering.objects.in_force(clock.today()).filter(service=self.service)

    def distance(self):
        """``COMPETENT`` for units of the place itself, ``NEAR`` for those elsewhere in its district."""
        if self.service.agency_level == Agency.Kind.MINISTRY:
            return Value(COMPETENT, output_field=IntegerField())
        if self.place.province is None:
            return Value(FAR, output_field=IntegerField())
        places = filter(None, [self.place.commune, self.place.district, self.place.province])
        whens = [When(unit__agency__root__in=[each.pk for each in places], then=COMPETENT)]
        if self.place.district is not None:
            whens.append(When(unit__agency__root__parent=self.place.district, then=NEAR))
        return Case(*whens, default=FAR, output_field=IntegerField())
