"""Where somebody lives, as far as they said it in the address of a page: ``?province=H17&district=…&commune=…``.

A place is named by its code or its name, with or without “quận”, “phường” and marks. What names nothing in today's
tree of agencies is left out, never an error: this simulation has some communes of every province, not all.
"""

import re
from functools import cached_property

from portal.agencies import present
from portal.agencies.models import Agency
from portal.agencies.places import place_name
from portal.catalogue.folding import fold

LONGEST_NAME = 100  # characters
KIND_OF_PLACE = re.compile(r"^(tinh|thanh pho|quan|huyen|thi xa|thi tran|phuong|xa) ")
Kind = Agency.Kind


class PlaceAsked:
    """The place that a query string names, and what there is to choose from."""

    def __init__(self, query):
        self.typed = {
            part: " ".join(query.get(part, "")[:LONGEST_NAME].replace("\0", " ").split())
            for part in ("province", "district", "commune")
        }

    @cached_property
    def provinces(self):
        """The provinces and cities of today, in Vietnamese order."""
        found = Agency.objects.tops(present.today()).filter(kind=Kind.PROVINCE)
        return sorted(found, key=lambda each: bare(each.name_vi))

    @cached_property
    def province(self):
        return one_named(self.provinces, self.typed["province"])

    @cached_property
    def below(self):
        """Districts and communes of the province."""
        if self.province is None:
            return []
        found = Agency.objects.as_of(present.today()).filter(
            top=self.province, kind__in=[Kind.DISTRICT, Kind.COMMUNE]
        )
        return list(found.order_by("code"))

    @cached_property
    def districts(self):
        return [each for each in self.below if each.kind == Kind.DISTRICT]

    @cached_property
    def communes(self):
        """The communes of the province, or of the district where that is known."""
        within = self.named_district
        return [
            each
            for each in self.below
            if each.kind == Kind.COMMUNE and within in (None, self.parents[each.parent_id])
        ]

    @cached_property
    def parents(self):
        return {each.pk: each for each in [*self.provinces, *self.districts]}

    @cached_property
    def named_district(self):
        return one_named(self.districts, self.typed["district"])

    @cached_property
    def commune(self):
        return one_named(self.communes, self.typed["commune"])

    @cached_property
    def district(self):
        """The district that was named, else the one in which the commune lies."""
        if self.named_district is None and self.commune is not None:
            above = self.parents[self.commune.parent_id]
            return above if above.kind == Kind.DISTRICT else None
        return self.named_district

    @property
    def district_names(self):
        return [place_name(each.name_vi) for each in self.districts]

    @property
    def commune_names(self):
        return [place_name(each.name_vi) for each in self.communes]

    @property
    def unknown(self):
        """What was typed below a province and is not in the tree."""
        if self.province is None:
            return []
        return [
            self.typed[part]
            for part, found in (("district", self.named_district), ("commune", self.commune))
            if self.typed[part] and found is None
        ]


def one_named(agencies, text):
    """The first of ``agencies`` with this code or name, or ``None``."""
    if not text:
        return None
    wanted, whole = bare(text), fold(text)
    named = [each for each in agencies if each.code == text or bare(each.name_vi) == wanted]
    exact = (each for each in named if fold(place_name(each.name_vi)) == whole)
    return next(exact, named[0] if named else None)


def bare(name: str) -> str:
    """A folded name without the kind of the place: “Quận Hải Châu” → “hai chau”."""
    return KIND_OF_PLACE.sub("", fold(place_name(name)))
