"""The services that fit what was typed, ranked: whole phrases first, then words by where they stand.

A service fits when no other holds more of the telling words; words that say more (because fewer services hold them)
count more, misspelt ones less.
"""

from dataclasses import dataclass
from typing import NamedTuple

from django.db import connection

from portal.catalogue.finding import typed

LEAST_SHARE = 0.4  # of what was typed; whoever holds less is no hit
AS_GOOD = 0.97  # of the best hit's share: whoever holds as much is a hit beside it
WHOLE_LINE, FIRST_IN_A_LINE, IN_A_LINE = (
    80,
    45,
    25,
)  # added to the weight (at most 140) of the words
LATER = 0.01  # taken off for each letter that stands before: a file names first what it is asked for most

# A row for each service that holds enough: the share of what was typed that it holds, the words of the index it holds
# it by, and its rank. ``meant``: place of a typed word, word of the index it may mean, how surely, its information.
HITS = """
WITH meant AS (
    SELECT place, word, surely * information / %(typed)s::float AS share
    FROM unnest(%(places)s::int[], %(words)s::text[], %(surely)s::float[], %(information)s::float[])
        AS meant(place, word, surely, information)
), held AS (
    SELECT DISTINCT ON (found.service_id, meant.place)
        found.service_id, meant.place, meant.word, meant.share, meant.share * found.weight AS weight
    FROM catalogue_searchword AS found JOIN meant ON meant.word = found.word
    WHERE found.word = ANY(%(words)s::text[])
    ORDER BY found.service_id, meant.place, weight DESC
), hit AS (
    SELECT service_id, sum(share) AS share, sum(weight) AS weight, array_agg(word ORDER BY place) AS words,
        ' ' || string_agg(word, ' ' ORDER BY place) || ' ' AS phrase
    FROM held GROUP BY service_id HAVING sum(share) >= %(least)s
)
SELECT service.id, service.code, service.name_vi, service.name_en, hit.share, hit.words, hit.weight + hit.share * CASE
    WHEN strpos(service.folded, E'\\n' || hit.phrase || E'\\n') > 0 THEN %(whole_line)s
    WHEN strpos(service.folded, E'\\n' || hit.phrase) > 0 THEN %(first_in_a_line)s
    WHEN strpos(service.folded, hit.phrase) > 0 THEN %(in_a_line)s
    ELSE 0 END - strpos(service.folded, hit.phrase) * %(later)s::float AS rank
FROM hit JOIN catalogue_publicservice AS service ON service.id = hit.service_id
WHERE EXISTS (
    SELECT FROM catalogue_serviceversion AS version
    WHERE version.service_id = service.id AND version.state = 'published'
)
ORDER BY rank DESC, service.name_vi, service.code
LIMIT %(most)s
"""


class Hit(NamedTuple):
    """One service found: how much of what was typed it holds, by which words, and its rank."""

    service: int
    code: str
    name_vi: str
    name_en: str
    share: float
    words: list[str]
    rank: float


@dataclass(frozen=True)
class Hits:
    """Services that fit, the best first, and how what was typed was understood."""

    rows: tuple[Hit, ...] = ()
    is_corrected: bool = False  # some words were taken for others, one edit away
    is_complete: bool = False  # every telling word stands in each service
    says_nothing: bool = False  # nothing was typed but words that nearly every procedure holds
    known_words: tuple[str, ...] = ()  # what was typed and stands in some service

    @property
    def services(self) -> list[int]:
        return [row.service for row in self.rows]

    @property
    def read_as(self) -> str:
        """The words of the index by which the best one was found."""
        return " ".join(self.rows[0].words) if self.rows else ""


def hits(text: str, *, still_typing: bool = False, most: int | None = None) -> Hits:
    """The ``most`` services that fit ``text`` best; with ``still_typing`` its last word may be a beginning.

    Two queries at most.
    """
    read = typed.read(text, still_typing=still_typing)
    known = tuple(word.typed for word in read.words if word.meanings)
    rows = ranked(read, most) if known else []
    if not rows:
        return Hits(says_nothing=read.says_nothing, known_words=known)
    least = max(row.share for row in rows) * AS_GOOD
    fitting = tuple(row for row in rows if row.share >= least)
    found_by = fitting[0].words
    return Hits(
        rows=fitting,
        is_corrected=any(word.is_slip_of(found_by) for word in read.words),
        is_complete=len(found_by) == len(read.words),
        says_nothing=read.says_nothing,
        known_words=known,
    )


def ranked(read: typed.Typed, most: int | None) -> list[Hit]:
    """Every service that holds enough, the highest rank first."""
    meant = [
        (place, meaning, surely, word.information)
        for place, word in enumerate(read.words)
        for meaning, surely in word.meanings.items()
    ]
    places, words, surely, information = map(list, zip(*meant, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            HITS,
            {
                "places": places,
                "words": words,
                "surely": surely,
                "information": information,
                "typed": sum(word.information for word in read.words),
                "least": LEAST_SHARE,
                "whole_line": WHOLE_LINE,
                "first_in_a_line": FIRST_IN_A_LINE,
                "in_a_line": IN_A_LINE,
                "later": LATER,
                "most": most,
            },
        )
        return [Hit(*row) for row in cursor.fetchall()]
