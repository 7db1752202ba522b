"""What the transitions of attempts and refunds ask at the desk: name of a transition → form.

Each goes through the verb of payment that keeps the books with it, never through the machine alone.
"""

from django import forms
from django.utils.translation import gettext_lazy as _

from payments import actions
from payments.models import Attempt, Refund
from portal.workflow.admin import TransitionForm


class ProposeDecision(TransitionForm):
    """What became of money of which the gateway says nothing certain, and by which proof."""

    decision = forms.ChoiceField(
        label=_("What became of the money"),
        choices=Attempt.Decision.choices,
        widget=forms.RadioSelect,
    )
    gateway_number = forms.RegexField(
        label=_("Number of the payment at the gateway"),
        help_text=_(
            "As on the settlement file or the bank statement. Not needed if nothing was paid."
        ),
        regex=r"^[0-9]{1,15}$",
        required=False,
    )
    note = forms.CharField(
        label=_("Proof"),
        help_text=_("Which document says so: number and date."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
    )

    def __init__(self, data=None, files=None, *, instance, by):
        super().__init__(data, files, instance=instance, by=by)
        self.fields["gateway_number"].initial = instance.gateway_number

    def carry_out(self, name, *, seen):
        return actions.propose_decision(self.instance, **self.cleaned_data, by=self.by, seen=seen)


class ConfirmDecision(TransitionForm):
    """The second pair of eyes: carries out what was proposed, with its entry in the books."""

    def carry_out(self, name, *, seen):
        return actions.confirm_decision(self.instance, by=self.by, seen=seen, only=name)


class ApproveRefund(TransitionForm):
    def carry_out(self, name, *, seen):
        return actions.approve_refund(self.instance, by=self.by, seen=seen)


class RejectRefund(TransitionForm):
    """Turning it down wants a reason that the applicant reads."""

    reason = forms.CharField(
        label=_("Reason, as the applicant will read it"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
    )

    def carry_out(self, name, *, seen):
        return actions.reject_refund(
            self.instance, reason=self.cleaned_data["reason"], by=self.by, seen=seen
        )


class RequestAgain(TransitionForm):
    """After a refusal of the gateway: the same way once more, or another."""

    way = forms.ChoiceField(
        label=_("Way back"), choices=Refund.Way.choices, widget=forms.RadioSelect
    )

    def carry_out(self, name, *, seen):
        return actions.request_again(
            self.instance, way=self.cleaned_data["way"], by=self.by, seen=seen
        )


class GiveUp(TransitionForm):
    def carry_out(self, name, *, seen):
        return actions.give_up_refund(self.instance, by=self.by, seen=seen)


class PayOut(TransitionForm):
    def carry_out(self, name, *, seen):
        return actions.pay_out(self.instance, by=self.by, seen=seen)


ATTEMPT_FORMS = {
    "propose_decision": ProposeDecision,
    "accept_as_paid": ConfirmDecision,
    "accept_as_surplus": ConfirmDecision,
    "decide_unpaid": ConfirmDecision,
}
REFUND_FORMS = {
    "approve": ApproveRefund,
    "reject": RejectRefund,
    "request_again": RequestAgain,
    "give_up": GiveUp,
    "pay_out": PayOut,
}
