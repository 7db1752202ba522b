"""What somebody typed, as words of the index: exactly those, begun ones while typing, or one edit away."""

import heapq
import math
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models import Count, Q, Subquery, Value

from portal.catalogue.finding.spelling import keys, may_be_misspelt, one_edit_apart
from portal.catalogue.finding.words import says_nothing, telling_words
from portal.catalogue.models import PublicService, SearchSpelling, SearchWord

MOST_WORDS = 12  # the rest of a longer text is not looked at
MOST_MEANINGS = 24  # words that one begun word may stand for
SHORTEST_BEGINNING = 2  # letters after which a begun word is completed
SHORTEST_MISSPELT = 3  # letters of a typed word in which one may be missing
EXACT, BEGUN, ONE_EDIT, BEGUN_ONE_EDIT = 1.0, 0.99, 0.6, 0.5  # how surely a word is the one meant


@dataclass
class TypedWord:
    """One telling word as typed; ``meanings``: words of the index, each with how surely it is meant."""

    typed: str
    is_begun: bool = False
    meanings: dict[str, float] = field(default_factory=dict)
    information: float = 0.0  # how much a service with this word stands out

    def is_slip_of(self, words: list[str]) -> bool:
        """Whether one of ``words`` is what this may mean only if it was misspelt."""
        return any(self.meanings.get(word, EXACT) <= ONE_EDIT for word in words) and not (
            {self.typed} & set(words)
        )

    def closeness(self, word: str) -> float:
        """How surely somebody who typed this meant ``word``; 0 for another word altogether."""
        if word == self.typed:
            return EXACT
        if self.is_begun and word.startswith(self.typed):
            return BEGUN
        if not may_be_misspelt(word):
            return 0.0
        if one_edit_apart(self.typed, word):
            return ONE_EDIT
        lengths = range(len(self.typed) - 1, min(len(self.typed) + 2, len(word)))
        misspelt = self.is_begun and may_be_misspelt(self.typed)
        if misspelt and any(one_edit_apart(self.typed, word[:length]) for length in lengths):
            return BEGUN_ONE_EDIT
        return 0.0


@dataclass(frozen=True)
class Typed:
    """What was typed, read against the index."""

    words: tuple[TypedWord, ...]
    says_nothing: bool  # nothing but words that nearly every procedure holds


def read(text: str, *, still_typing: bool = False) -> Typed:
    """``text`` as words of the index; with ``still_typing`` the last word may be a beginning. One query at most."""
    telling = list(dict.fromkeys(telling_words(text)))[:MOST_WORDS]
    is_begun = still_typing and not text[-1:].isspace()
    if is_begun and len(telling) > 1 and len(telling[-1]) < SHORTEST_BEGINNING:
        telling.pop()  # a single letter says nothing yet
    words = tuple(TypedWord(word) for word in telling)
    if words and is_begun:
        words[-1].is_begun = len(words[-1].typed) >= SHORTEST_BEGINNING
    known = candidates(words) if words else []
    for word in words:
        word.meanings = meanings(word, known)
        services = min((each.services for each in known if each.word in word.meanings), default=1)
        word.information = math.log(1 + known[0].among / services) if known else 1.0
    return Typed(words, says_nothing(text))


def meanings(word: TypedWord, known: list["Candidate"]) -> dict[str, float]:
    """What ``word`` may mean: the surest first, then the commonest."""
    close = [(word.closeness(each.word), each.services, each.word) for each in known]
    likeliest = heapq.nlargest(MOST_MEANINGS, (each for each in close if each[0]))
    return {text: closeness for closeness, _services, text in likeliest}


class Candidate(NamedTuple):
    """A word of the index, in how many services it stands, and how many services there are."""

    word: str
    services: int
    among: int


def candidates(words: tuple[TypedWord, ...]) -> list[Candidate]:
    """The words of the index that share a key with one of ``words``, or begin as it does where it is only begun."""
    spelt = Q()
    for word in words:
        misspelt = len(word.typed) >= SHORTEST_MISSPELT and word.typed.isalpha()
        spelt |= Q(key__in=sorted(keys(word.typed)) if misspelt else [word.typed])
        if word.is_begun:
            beginnings = keys(word.typed) if may_be_misspelt(word.typed) else {word.typed}
            for beginning in sorted(beginnings):
                spelt |= Q(key__startswith=beginning)
    everything = PublicService.objects.order_by().values(one=Value(1)).annotate(n=Count("pk"))
    rows = (
        SearchWord.objects.filter(word__in=SearchSpelling.objects.filter(spelt).values("word"))
        .values("word")
        .annotate(services=Count("pk"), among=Subquery(everything.values("n")))
        .values_list("word", "services", "among")
    )
    return [Candidate(*row) for row in rows]
