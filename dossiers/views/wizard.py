"""Filling in a draft: the list of tasks, one page of the form at a time, applicant and delivery."""

from dataclasses import dataclass
from functools import partial

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from dossiers import presentation, rules
from dossiers.actions import filing
from dossiers.forms import ApplicantForm, DeliveryForm
from dossiers.states import State
from dossiers.views.access import keeps_what_was_typed, own_dossier, personal
from dossiers.views.posting import posted
from dossiers.views.typed import keep_typed, typed_before
from portal import clock
from portal.catalogue import review
from portal.catalogue.forms import step_form

LATER = "tasks"  # value of the button that saves and leaves
CHECK = "check"  # the page was opened from “check your answers” and leads back there


@dataclass(frozen=True)
class TaskRow:
    """One line of the task list: done, to correct, or not begun."""

    title: str
    href: str
    state: str
    note: str = ""


@personal
def tasks(request, public_id):
    """What is done and what is left."""
    dossier = own_dossier(request, public_id)
    if dossier.state != State.DRAFT:
        return redirect(dossier)
    rows = task_rows(dossier)
    done = sum(row.state == "done" for row in rows)
    left = next((row for row in rows if row.state != "done"), None)
    check = reverse("dossiers:check", args=[dossier.public_id])
    return render(
        request,
        "dossiers/tasks.html",
        {
            "dossier": dossier,
            "rows": rows,
            "done": done,
            "next_href": left.href if left else check,
            "next_title": left.title if left else _("Check your answers and send"),
            "is_ready": left is None,
            "saved_at": presentation.saved_at(dossier),
            "check_href": check,
        },
    )


def task_rows(dossier):
    """The tasks of a draft in their order."""
    definition = dossier.version.definition
    address = dossier.public_id
    rows = [
        TaskRow(
            _("Whose dossier it is"),
            reverse("dossiers:applicant", args=[address]),
            "done"
            if applicant_form(dossier, data=applicant_values(dossier)).is_valid()
            else "todo",
        )
    ]
    # What we filled in ourselves is no beginning.
    known = filing.answers_known_from(vars(dossier), definition)
    for task in review.tasks(definition, with_declarations(dossier), today=clock.today()):
        if all(question.type == "declaration" for question in task.group.questions):
            continue
        is_begun = any(
            question.key in dossier.answers and question.key not in known
            for question in task.group.questions
        )
        state = "todo" if task.state == "fix" and not is_begun else task.state
        problems = [problem.sentence for problem in task.problems] if state == "fix" else []
        rows.append(
            TaskRow(
                str(task.group.title),
                reverse("dossiers:step", args=[address, task.group.key]),
                state,
                " ".join(problems[:2]),
            )
        )
    rows.append(documents_row(dossier))
    rows.append(
        TaskRow(
            _("How to receive the result"),
            reverse("dossiers:delivery", args=[address]),
            "done" if delivery_form(dossier, data=delivery_values(dossier)).is_valid() else "todo",
        )
    )
    return rows


def documents_row(dossier):
    attached = set(dossier.attachments.values_list("component", flat=True))
    missing = rules.missing_components(
        dossier.version.definition.needed_documents(dossier.answers), attached
    )
    state = "done" if not missing else "fix" if attached else "todo"
    note = ""
    if missing:
        note = _("Still missing: {names}.").format(
            names=", ".join(str(paper.name) for paper in missing)
        )
    return TaskRow(
        _("Papers"), reverse("dossiers:documents", args=[dossier.public_id]), state, note
    )


def with_declarations(dossier):
    """The answers as they will be once the applicant has ticked the declaration beside the button."""
    declared = dict.fromkeys(filing.declarations(dossier.version.definition), True)
    return dossier.answers | declared


# One page of the form -------------------------------------------------------------------


@keeps_what_was_typed
@require_http_methods(["GET", "HEAD", "POST"])
def step(request, public_id, step):
    """One page of the questions of the service. What is valid is saved, whatever else is wrong."""
    dossier = own_dossier(request, public_id)
    if dossier.state != State.DRAFT:
        return redirect(dossier)
    pages, status = pages_of(dossier), 200
    if step not in [group.key for group in dossier.version.definition.groups]:
        raise Http404
    group = dossier.version.definition.group(step)
    if request.method == "POST":
        page = posted(request, dossier, group.questions, partial(page_form, dossier, step))
        form = page.form
        if page.is_saving:
            filing.save_answers(dossier, form)
            if form.is_valid() or request.POST.get("then") == LATER:
                if not form.is_valid():
                    keep_typed(request)
                return redirect(after_step(request, dossier, step))
        status = 422 if form.errors else 200
    else:
        form = page_form(dossier, step, typed_before(request))
    place = [page.key for page in pages].index(step) + 1 if group in pages else 1
    return render(
        request,
        "dossiers/step.html",
        {"dossier": dossier, "form": form, "group": group, "place": place, "pages": len(pages)},
        status=status,
    )


def page_form(dossier, key, data=None):
    """The questions of one page; what is declared by sending is asked beside the button."""
    form = step_form(
        dossier.version.definition, key, data, initial=dossier.answers, today=clock.today()
    )
    for declaration in filing.declarations(dossier.version.definition):
        form.fields.pop(declaration, None)
    return form


def pages_of(dossier):
    """The pages of the form that ask this applicant anything but a declaration."""
    declared = set(filing.declarations(dossier.version.definition))
    return [
        group
        for group in dossier.version.definition.visible_groups(dossier.answers)
        if any(question.key not in declared for question in group.questions)
    ]


def after_step(request, dossier, key):
    """Where the saved page leads: where its reader wants to go, else the next page."""
    if wanted := after_page(request, dossier):
        return wanted
    order = [group.key for group in dossier.version.definition.groups]
    later = [page.key for page in pages_of(dossier) if order.index(page.key) > order.index(key)]
    if later:
        return reverse("dossiers:step", args=[dossier.public_id, later[0]])
    return reverse("dossiers:documents", args=[dossier.public_id])


def after_page(request, dossier):
    """The list of tasks, or the check from which the page was opened; ``None`` for neither."""
    if request.POST.get("then") == LATER:
        return reverse("dossiers:tasks", args=[dossier.public_id])
    if request.POST.get("came") == CHECK:
        return reverse("dossiers:check", args=[dossier.public_id])
    return None


# Applicant and delivery -------------------------------------------------------------------


@keeps_what_was_typed
@require_http_methods(["GET", "HEAD", "POST"])
def applicant(request, public_id):
    """Whose dossier it is, filled in from the account."""
    dossier = own_dossier(request, public_id)
    if dossier.state != State.DRAFT:
        return redirect(dossier)
    return simple_page(
        request,
        dossier,
        applicant_form,
        applicant_values,
        save=lambda values: filing.save_applicant(dossier, values),
        template="dossiers/applicant.html",
        next_page=first_page(dossier),
    )


@keeps_what_was_typed
@require_http_methods(["GET", "HEAD", "POST"])
def delivery(request, public_id):
    """How the result is to be returned."""
    dossier = own_dossier(request, public_id)
    if dossier.state != State.DRAFT:
        return redirect(dossier)
    return simple_page(
        request,
        dossier,
        delivery_form,
        delivery_values,
        save=lambda values: filing.save_delivery(
            dossier, delivery=values["delivery"], address=values.get("delivery_address", "")
        ),
        template="dossiers/delivery.html",
        next_page=reverse("dossiers:check", args=[dossier.public_id]),
    )


def simple_page(request, dossier, make_form, stored, *, save, template, next_page):
    status = 200
    if request.method == "POST":
        form = make_form(dossier, data=request.POST)
        is_valid = form.is_valid()
        if is_valid:
            save(form.cleaned_data)
        elif request.POST.get("then") == LATER:
            keep_typed(request)
        if is_valid or request.POST.get("then") == LATER:
            return redirect(after_page(request, dossier) or next_page)
        status = 422
    else:
        before = typed_before(request)
        form = (
            make_form(dossier, data=before)
            if before
            else make_form(dossier, initial=stored(dossier))
        )
    return render(request, template, {"dossier": dossier, "form": form}, status=status)


def applicant_form(dossier, **options):
    return ApplicantForm(audience=dossier.version.definition.audience, **options)


def applicant_values(dossier):
    return {name: getattr(dossier, name) for name in ApplicantForm.base_fields}


def delivery_form(dossier, **options):
    return DeliveryForm(dossier=dossier, **options)


def delivery_values(dossier):
    return {name: getattr(dossier, name) for name in DeliveryForm.base_fields}


def first_page(dossier):
    return reverse("dossiers:step", args=[dossier.public_id, pages_of(dossier)[0].key])
