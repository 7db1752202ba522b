"""Keeping the index of words: whoever loads or publishes a service enters it here, nobody else writes these tables."""

from portal.catalogue.finding.spelling import keys, may_be_misspelt
from portal.catalogue.finding.words import words_of
from portal.catalogue.models import SearchSpelling, SearchWord


def enter(service, definition) -> None:
    """Have ``service`` found by the words of ``definition``, and by no others. Doing it twice changes nothing."""
    enter_many([(service, definition)])


def enter_many(pairs) -> None:
    """As :func:`enter`, for ``(service, definition)`` pairs, in the same few statements for any number of them."""
    wanted = {
        (service.pk, word): weight
        for service, definition in pairs
        for word, weight in words_of(definition).items()
    }
    services = [service.pk for service, _definition in pairs]
    stale = []
    for row in SearchWord.objects.filter(service__in=services):
        if wanted.get((row.service_id, row.word)) == row.weight:
            del wanted[row.service_id, row.word]
        else:
            stale.append(row.pk)
    SearchWord.objects.filter(pk__in=stale).delete()
    SearchWord.objects.bulk_create(
        SearchWord(service_id=service, word=word, weight=weight)
        for (service, word), weight in wanted.items()
    )
    spell({word for _service, word in wanted})


def spell(words) -> None:
    """Make ``words`` known, with the slips that are forgiven in them. What is known stays: it finds nothing alone."""
    known = SearchSpelling.objects.filter(word__in=words).values_list("word", flat=True)
    SearchSpelling.objects.bulk_create(
        (
            SearchSpelling(key=key, word=word)
            for word in sorted(words - set(known))
            for key in sorted(keys(word) if may_be_misspelt(word) else {word})
        ),
        ignore_conflicts=True,  # another publication may have brought the same word a moment ago
    )
