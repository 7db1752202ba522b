"""What narrows a search, in words: each choice with its count, the chips that take one back, and words as spelt."""

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from portal.catalogue import presentation
from portal.catalogue.finding.narrowing import Count
from portal.catalogue.folding import fold
from portal.catalogue.levels import LEVELS

FEES = {
    "free": gettext_lazy("Free of charge"),
    "paid": gettext_lazy("With a fee"),
    "low": gettext_lazy("A fee of 100.000 đồng at most"),
    "middle": gettext_lazy("A fee above 100.000, 1.000.000 đồng at most"),
    "high": gettext_lazy("A fee above 1.000.000 đồng"),
}


def offered(wanted, counts) -> dict[str, list]:
    """Every choice of the search page: levels ``(level, count, chosen)``, the others ``(key, name, count)``.

    A choice without a service is left out, unless it is the one chosen now.
    """
    of_level = {int(count.key): count.services for count in counts["level"]}
    return {
        "levels": [
            (level, of_level.get(level, 0), level in wanted.levels) for level in reversed(LEVELS)
        ],
        "fields": with_chosen(named(counts["field"]), wanted.field, wanted.field),
        "ministries": named(counts["ministry"]),
        "provinces": named(counts["province"]),
        "agency_without_service": missing_agency(wanted, counts),
        "audiences": keyed(counts["audience"], presentation.AUDIENCES, wanted.audience),
        "life_events": keyed(counts["event"], presentation.LIFE_EVENT_TITLES, wanted.event),
        "fees": keyed(counts["fee"], FEES, wanted.fee),
    }


def named(counts: list[Count]) -> list[tuple]:
    """Choices named by the database, in the language in use."""
    in_english = get_language() == "en"
    return [
        (count.key, count.name_en if in_english else count.name_vi, count.services)
        for count in counts
    ]


def keyed(counts: list[Count], names: dict, chosen: str = "") -> list[tuple]:
    """Choices named by the code, in the order of ``names``."""
    services = {count.key: count.services for count in counts}
    return [
        (key, name, services.get(key, 0))
        for key, name in names.items()
        if key in services or key == chosen
    ]


def with_chosen(choices: list[tuple], chosen: str, name) -> list[tuple]:
    if chosen and chosen not in {key for key, _name, _services in choices}:
        return [*choices, (chosen, name, 0)]
    return choices


def missing_agency(wanted, counts):
    """The agency chosen, where it has no service that fits: the list of agencies does not hold it."""
    with_services = {count.key for count in [*counts["ministry"], *counts["province"]]}
    agency = wanted.agency
    return agency if agency is not None and agency.code not in with_services else None


def chips(wanted, query) -> list[tuple[str, str]]:
    """``(what is chosen, the address without it)`` of every choice that narrows the search."""
    chosen = [
        ("level", str(level), _("Level %(level)s") % {"level": level}) for level in wanted.levels
    ]
    chosen += [
        (name, None, words)
        for name, words in (
            ("field", wanted.field),
            ("agency", wanted.agency and wanted.agency.name),
            ("audience", presentation.AUDIENCES.get(wanted.audience)),
            ("event", presentation.LIFE_EVENT_TITLES.get(wanted.event)),
            ("fee", FEES.get(wanted.fee)),
        )
        if words
    ]
    return [(str(words), address_without(query, name, value)) for name, value, words in chosen]


def address_without(query, name, value):
    """The query string without one choice, on its first page."""
    rest = query.copy()
    rest.pop("page", None)
    kept = [each for each in rest.getlist(name) if value is not None and each != value]
    rest.setlist(name, kept)
    return f"?{rest.urlencode()}"


def spelt(folded: str, definition) -> str:
    """``folded`` words as the names and everyday words of a service write them, with their marks."""
    texts = [definition.name.vi, *definition.synonyms, definition.field.vi, definition.name.en]
    written = {
        fold(word): word.strip("(),;:.") for text in reversed(texts) for word in text.split()
    }
    return " ".join(written.get(word, word).lower() for word in folded.split())
