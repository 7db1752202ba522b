"""What the four levels mean, told by one procedure at all of them side by side."""

from django.db.models import Case, When
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from portal import clock
from portal.catalogue import level_words, presentation
from portal.catalogue.level_story import procedure
from portal.catalogue.levels import LEVELS
from portal.catalogue.models import Offering, PublicService
from portal.catalogue.past import instant_of, shown_as_of
from portal.catalogue.published import published
from portal.catalogue.vocabulary import TWO_KINDS_FROM

EXAMPLE = "2.000488"  # a fee, papers and a result: every stage is there


@require_safe
def example(request):
    """The story by a procedure that most people have heard of, or whatever this catalogue has."""
    on_show = PublicService.objects.with_current_version().filter(version_id__isnull=False)
    first = on_show.order_by(Case(When(code=EXAMPLE, then=0), default=1), "code").first()
    return redirect("catalogue:levels", first.code if first else EXAMPLE)


@require_safe
@shown_as_of
def levels(request, code):
    """One procedure at levels 1 to 4, and what people still do by hand at each."""
    service, definition = published(code, at=instant_of(request))
    asked = procedure(definition)
    stories = [level_words.told(level, asked) for level in LEVELS]
    return render(
        request,
        "catalogue/levels.html",
        {
            "service": service,
            "stories": stories,
            "stages": list(zip(*(story.stages for story in stories), strict=True)),
            "offered": set(
                Offering.objects.in_force(clock.today())
                .filter(service=service)
                .order_by()
                .values_list("level", flat=True)
                .distinct()
            ),
            "meanings": [(level, presentation.LEVEL_LONG[level]) for level in LEVELS],
            "two_kinds_from": TWO_KINDS_FROM,
            "two_kinds_in_force": clock.today() >= TWO_KINDS_FROM,
        },
    )
