"""What each transition asks of the official, on a page of its own."""

from datetime import datetime
from types import SimpleNamespace

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dossiers import guards
from dossiers.actions import attaching, deciding, supplying
from dossiers.desk.dossier_page import channel_name
from dossiers.errors import NoSuchStep
from dossiers.models.dossier import SUPPLEMENT_DAYS
from dossiers.states import Outcome
from portal import clock
from portal.accounts.models import RoleGrant, User
from portal.agencies import present
from portal.agencies.models import Agency
from portal.catalogue.models import Offering, Reason
from portal.workflow.admin import TransitionForm
from portal.worktime.hours import CLOSING

REASON_LENGTH = 2000  # characters
ITEM_LENGTH = 500
WHY = "why"  # begins the name of the field with the usual reason of an item


def long_text(label, *, max_length=REASON_LENGTH, **options):
    return forms.CharField(
        label=label, max_length=max_length, widget=forms.Textarea(attrs={"rows": 4}), **options
    )


class ReasonForm(TransitionForm):
    """A reason that the applicant will read."""

    reason = long_text(
        _("Reason"), help_text=_("The applicant reads it. Say what is wrong and what to do.")
    )

    def details(self):
        return {"reason": self.cleaned_data["reason"]}


class InternalReasonForm(ReasonForm):
    """A reason for colleagues."""

    reason = long_text(
        _("Reason"), help_text=_("Your colleague reads it. Say what is still to be done.")
    )


class WithdrawalForm(ReasonForm):
    reason = long_text(_("Reason"), help_text=_("As the applicant states it on paper."))


class RefusalForm(ReasonForm):
    """Form 03: a usual reason by which figures count, and what the applicant reads."""

    why = forms.ModelChoiceField(
        label=_("Usual reason"),
        queryset=Reason.objects.on_offer(Reason.Kind.REFUSAL),
        to_field_name="code",
        required=False,
        empty_label=_("Another reason"),
    )
    field_order = ["why", "reason"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = False

    def clean(self):
        cleaned = super().clean()
        why = cleaned.get("why")
        if not cleaned.get("reason"):
            if why is None:
                self.add_error("reason", _("Pick a usual reason, or write one."))
            else:
                cleaned["reason"] = why.text_vi
        return cleaned

    def details(self):
        why = self.cleaned_data["why"]
        return {"reason": self.cleaned_data["reason"], "why": why.code if why else ""}


class SupplementForm(TransitionForm):
    """One line per paper and question of the service: whoever picks or writes a reason asks for that item."""

    def __init__(self, data=None, files=None, **kwargs):
        super().__init__(data, files, **kwargs)
        self.usual = {
            reason.code: reason for reason in Reason.objects.on_offer(Reason.Kind.SUPPLEMENT)
        }
        definition = self.instance.version.definition
        answers = self.instance.answers
        for paper in definition.documents_for(answers, channel=channel_name(self.instance)):
            self._add("document", paper.key, str(paper.name))
        for group in definition.visible_groups(answers):
            for question in group.visible(definition.kept_answers(answers)):
                if question.type != "declaration":
                    self._add("question", question.key, str(question.label))

    def clean(self):
        cleaned = super().clean()
        if not self.errors and not self.items():
            raise forms.ValidationError(
                _("Write a reason beside at least one item to be supplied."), code="no_item"
            )
        return cleaned

    @property
    def papers(self):
        """``(reason in words, usual reason)`` of each paper, as bound fields."""
        return self._pairs("document-")

    @property
    def questions(self):
        """The same of each question."""
        return self._pairs("question-")

    @property
    def has_question_reasons(self):
        """Whether something was given beside a question: then that part stands open."""
        return any(field.data or field.errors for pair in self.questions for field in pair)

    @property
    def days(self):
        return SUPPLEMENT_DAYS

    def items(self):
        found = []
        for name in self.fields:
            kind, _dash, key = name.partition("-")
            if kind == WHY:
                continue
            usual = self.usual.get(self.cleaned_data.get(f"{WHY}-{name}"))
            reason = self.cleaned_data.get(name) or (usual.text_vi if usual else "")
            if reason:
                item = {"kind": kind, "key": key, "reason": reason}
                found.append(item | ({"why": usual.code} if usual else {}))
        return found

    def details(self):
        return {"items": self.items()}

    def _add(self, kind, key, label):
        self.fields[f"{kind}-{key}"] = forms.CharField(
            label=label,
            required=False,
            max_length=ITEM_LENGTH,
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
        )
        self.fields[f"{WHY}-{kind}-{key}"] = forms.ChoiceField(
            label=gettext("Usual reason: {item}").format(item=label),
            required=False,
            choices=[
                ("", gettext("A usual reason …")),
                *((code, reason.text) for code, reason in self.usual.items()),
            ],
        )

    def _pairs(self, beginning):
        return [
            (self[name], self[f"{WHY}-{name}"])
            for name in self.fields
            if name.startswith(beginning)
        ]


class SupplyForm(TransitionForm):
    """What the applicant brought to the counter: a scan of each paper asked for, and the corrected answers."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.request = supplying.open_request(self.instance)
        definition = self.instance.version.definition
        papers = {paper.key: str(paper.name) for paper in definition.documents}
        given = set(self.request.attachments.values_list("component", flat=True))
        for item in self.request.items:
            if item["kind"] == "document":
                self.fields[self.file_name(item)] = forms.FileField(
                    label=papers[item["key"]],
                    help_text=item["reason"],
                    required=item["key"] not in given,
                )
            else:
                question = definition.questions[item["key"]]
                field = question.form_field(today=clock.today())
                field.initial = question.shown(self.instance.answers.get(item["key"]))
                self.fields[item["key"]] = field

    @staticmethod
    def file_name(item):
        return f"paper-{item['key']}"

    def condition_sentence(self, question):
        return ""  # what is asked for concerns the applicant

    @property
    def question_fields(self):
        return [self[item["key"]] for item in self.request.items if item["kind"] == "question"]

    @property
    def file_fields(self):
        return [
            self[self.file_name(item)] for item in self.request.items if item["kind"] == "document"
        ]

    def carry_out(self, name, *, seen):
        for item in self.request.items:
            file = (
                self.cleaned_data.get(self.file_name(item)) if item["kind"] == "document" else None
            )
            if file:
                attaching.attach(self.instance, item["key"], file, by=self.by)
        answers = {field.name: self.cleaned_data[field.name] for field in self.question_fields}
        if answers:
            supplying.correct_answer(self.instance, SimpleNamespace(cleaned_data=answers))
        return supplying.supply(self.instance, by=self.by, seen=seen)


class ColleagueForm(TransitionForm):
    """To whom the dossier goes; empty: to whoever takes it."""

    to = forms.ModelChoiceField(
        label=_("Hand over to"), queryset=User.objects.none(), required=False
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = colleagues(self.instance.handling_agency_id, self.role)
        self.fields["to"].empty_label = self.nobody

    @property
    def role(self):
        return RoleGrant.Role.SPECIALIST

    @property
    def nobody(self):
        return gettext("Whoever takes it")

    def details(self):
        return {"to": self.cleaned_data["to"]}


class NextStepForm(ColleagueForm):
    """The official of the following step."""

    @cached_property
    def following(self):
        """The step that comes next. Raises ``NoSuchStep`` after the last."""
        return guards.step_after(self.instance.version.definition, present_step(self.instance).key)

    @property
    def role(self):
        return self.following.role

    @property
    def nobody(self):
        return gettext("Leave it with the present official")


class ProposalForm(TransitionForm):
    """What the specialist proposes to the leader; the statement stands in the result."""

    outcome = forms.ChoiceField(
        label=_("Proposed result"),
        choices=[(Outcome.GRANTED, _("Grant")), (Outcome.REFUSED, _("Refuse"))],
        widget=forms.RadioSelect,
    )
    statement = long_text(
        _("Statement"),
        help_text=_("Stands in the result as you write it; for a refusal, the legal ground."),
    )

    def details(self):
        return {
            "outcome": self.cleaned_data["outcome"],
            "statement": self.cleaned_data["statement"],
        }


class TransferForm(TransitionForm):
    """The agency that is competent instead."""

    to = forms.ModelChoiceField(label=_("Competent agency"), queryset=Agency.objects.none())

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = other_agencies(self.instance)

    def details(self):
        return {"to": self.cleaned_data["to"]}


class RescheduleForm(TransitionForm):
    """Form 04: the new date and why."""

    until = forms.DateField(label=_("New date"), widget=forms.DateInput(attrs={"type": "date"}))
    reason = long_text(_("Apology and reason"), help_text=_("The applicant reads it."))

    def details(self):
        day = self.cleaned_data["until"]
        return {
            "until": timezone.make_aware(datetime.combine(day, CLOSING)),
            "reason": self.cleaned_data["reason"],
        }


class CompleteForm(TransitionForm):
    """The signature of the leader: renders, signs and stores the result, then completes."""

    def carry_out(self, name, *, seen):
        return deciding.sign_and_complete(self.instance, by=self.by, seen=seen)


def present_step(dossier):
    """The step under way. Raises ``NoSuchStep`` where there is none."""
    step = dossier.steps.filter(ended_at__isnull=True).first()
    if step is None:
        raise NoSuchStep(step="–")
    return step


def colleagues(agency_id, role):
    """The officials who hold ``role`` at this agency today, by name."""
    grants = RoleGrant.objects.in_force(clock.today()).filter(agency=agency_id, role=role)
    return User.objects.filter(grants__in=grants, is_active=True).distinct().order_by("full_name")


def other_agencies(dossier):
    """Agencies of today that handle the dossier's service or stand in the same tree, but for the present one."""
    handles = Offering.objects.in_force(clock.today()).filter(service=dossier.service_id)
    return (
        Agency.objects.as_of(present.today())
        .filter(Q(pk__in=handles.values("handling_agency")) | Q(top=dossier.handling_agency.top_id))
        .exclude(pk=dossier.handling_agency_id)
        .order_by("code")
    )


FORMS = {
    "refuse_receipt": RefusalForm,
    "request_supplement": SupplementForm,
    "supply": SupplyForm,
    "start_processing": ColleagueForm,
    "request_withdrawal": WithdrawalForm,
    "refuse_withdrawal": ReasonForm,
    "stop": ReasonForm,
    "propose": ProposalForm,
    "complete": CompleteForm,
    "transfer": TransferForm,
    "reschedule": RescheduleForm,
    "hand_over": NextStepForm,
    "send_back": InternalReasonForm,
}
