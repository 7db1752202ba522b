"""The gateway's own books. Amounts are whole dong (the factor 100 exists on the wire only)."""

import secrets

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from payments.sandbox.states import (
    MAX_CALLS,
    MONEY_TAKEN,
    NotificationState,
    RefundState,
    State,
)
from payments.sandbox.switches import Switches

LARGEST_AMOUNT_VND = 9_999_999_999


def new_token() -> str:
    """The address of one payment's pages: unguessable, because whoever knows it may pay."""
    return secrets.token_urlsafe(24)


class Merchant(models.Model):
    """Someone who is paid through this gateway."""

    tmn_code = models.CharField(max_length=8, unique=True)
    secret = models.CharField(max_length=64)
    name = models.CharField(max_length=100)
    ipn_url = models.CharField(max_length=255, blank=True)  # empty: this merchant is never called
    # The platform's protocol: where results are told, and where browsers go that were told nothing else
    confirm_url = models.CharField(max_length=255, blank=True)
    return_url = models.CharField(max_length=255, blank=True)
    fee_basis_points = models.PositiveIntegerField(default=0)  # of an amount paid; 100 are 1 %
    switches = models.JSONField(default=dict, blank=True)  # for payments without their own
    registered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(fee_basis_points__lte=1000), name="a_fee_is_at_most_ten_percent"
            )
        ]

    def __str__(self):
        return self.tmn_code


class Transaction(models.Model):
    """One payment that a merchant sent a payer here for."""

    number = models.BigIntegerField(unique=True)  # vnp_TransactionNo, shared with refunds
    token = models.CharField(max_length=43, unique=True, default=new_token)
    qr_token = models.CharField(max_length=43, unique=True, default=new_token)
    protocol = models.CharField(max_length=10, default="vnpay")  # the name of a driver
    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="transactions")

    # What the merchant asked for, never changed
    txn_ref = models.CharField(max_length=100)
    order_day = models.DateField()  # of vnp_CreateDate: a reference is unique within it
    create_date = models.CharField(max_length=14)
    amount_vnd = models.BigIntegerField()
    order_info = models.CharField(max_length=255)
    order_type = models.CharField(max_length=100)
    locale = models.CharField(max_length=2)
    ip_addr = models.CharField(max_length=45)
    return_url = models.CharField(max_length=255)
    asked_bank = models.CharField(max_length=20, blank=True)  # chosen on the merchant's page
    receipt = models.JSONField(default=dict, blank=True)
    request_hash = models.CharField(max_length=128)  # recognises the very same request again
    opened_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()

    # What the payer did
    bank_code = models.CharField(max_length=20, blank=True)
    card_number = models.CharField(max_length=19, blank=True)  # a test card's, never a real one
    switches = models.JSONField(null=True, blank=True)  # empty until the end: the merchant's apply
    otp_failures = models.PositiveSmallIntegerField(default=0)

    # What came of it
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)
    response_code = models.CharField(max_length=2, blank=True)
    ended_at = models.DateTimeField(null=True)
    fee_vnd = models.BigIntegerField(default=0)
    refunded_vnd = models.BigIntegerField(default=0)
    result_query = models.TextField(blank=True)  # signed once, told to payer and merchant alike

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "txn_ref", "order_day"],
                name="one_payment_per_reference_and_day",
            ),
            models.CheckConstraint(
                condition=Q(amount_vnd__gte=1, amount_vnd__lte=LARGEST_AMOUNT_VND),
                name="amount_within_limits",
            ),
            models.CheckConstraint(
                condition=Q(refunded_vnd__gte=0, refunded_vnd__lte=F("amount_vnd")),
                name="never_give_back_more_than_was_paid",
            ),
            models.CheckConstraint(
                condition=Q(fee_vnd__gte=0, fee_vnd__lte=F("amount_vnd")),
                name="a_fee_is_a_part_of_the_amount",
            ),
            models.CheckConstraint(
                condition=Q(refunded_vnd=0) | Q(state__in=MONEY_TAKEN),
                name="only_money_taken_is_given_back",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state=State.REFUNDED, refunded_vnd=F("amount_vnd"))
                    | (~Q(state=State.REFUNDED) & ~Q(refunded_vnd=F("amount_vnd")))
                ),
                name="refunded_means_all_of_it",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state=State.OPEN, response_code="", ended_at=None, result_query="")
                    | (
                        ~Q(state=State.OPEN)
                        & ~Q(response_code="")
                        & ~Q(result_query="")
                        & Q(ended_at__isnull=False)
                    )
                ),
                name="an_end_has_a_code_and_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=MONEY_TAKEN, response_code__in=["00", "07"])
                | (~Q(state__in=MONEY_TAKEN) & ~Q(response_code__in=["00", "07"])),
                name="codes_00_and_07_mean_money_taken",
            ),
        ]
        indexes = [
            models.Index(
                fields=["expires_at"], condition=Q(state=State.OPEN), name="open_by_expiry"
            )
        ]

    def __str__(self):
        return f"{self.number} ({self.txn_ref})"

    @property
    def telling(self) -> Switches:
        """How its notices are to be sent: its own switches, else its merchant's."""
        return Switches.read(self.merchant.switches if self.switches is None else self.switches)


class Notification(models.Model):
    """A result that the merchant must be told: the row exists before the first call is made.

    ``query`` is what will be sent. ``copy`` tells several notices of one result apart.
    """

    transaction = models.ForeignKey(
        Transaction, on_delete=models.CASCADE, related_name="notifications"
    )
    copy = models.PositiveSmallIntegerField(default=1)
    query = models.TextField()
    state = models.CharField(
        max_length=10, choices=NotificationState.choices, default=NotificationState.DUE
    )
    calls_made = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["transaction", "copy"], name="one_notice_per_copy"),
            models.CheckConstraint(
                condition=Q(calls_made__lte=MAX_CALLS), name="never_more_than_ten_calls"
            ),
            models.CheckConstraint(
                condition=Q(state=NotificationState.DUE, due_at__isnull=False)
                | (~Q(state=NotificationState.DUE) & Q(due_at=None)),
                name="due_notices_have_a_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(state=NotificationState.DUE), name="due_notices"
            )
        ]

    def __str__(self):
        return f"{self.transaction_id}/{self.copy}"


class Call(models.Model):
    """One HTTP call to a merchant; ``answered_at`` is empty while it runs or if we died in it."""

    notification = models.ForeignKey(Notification, on_delete=models.CASCADE, related_name="calls")
    ordinal = models.PositiveSmallIntegerField()
    sent_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    http_status = models.PositiveSmallIntegerField(null=True)
    rsp_code = models.CharField(max_length=2, blank=True)
    answer = models.TextField(blank=True)  # its first 500 characters, or what went wrong

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notification", "ordinal"], name="calls_are_numbered"),
            models.CheckConstraint(
                condition=Q(ordinal__gte=1, ordinal__lte=MAX_CALLS), name="calls_one_to_ten"
            ),
        ]

    def __str__(self):
        return f"{self.notification_id}#{self.ordinal}"


class ApiRequest(models.Model):
    """One POST to the transaction API, as received, and the answer given.

    A request whose checksum was right is ``genuine``: it uses up its number for the day.
    """

    merchant = models.ForeignKey(Merchant, null=True, on_delete=models.PROTECT)
    request_id = models.CharField(max_length=32, blank=True)
    day = models.DateField()
    command = models.CharField(max_length=20, blank=True)
    txn_ref = models.CharField(max_length=100, blank=True)
    genuine = models.BooleanField(default=False)
    body = models.TextField()  # its first 4,000 characters
    response_code = models.CharField(max_length=2)
    answer = models.JSONField()
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "day", "request_id"],
                condition=Q(genuine=True),
                name="one_request_number_per_day",
            )
        ]

    def __str__(self):
        return f"{self.command} {self.request_id}"

    @property
    def said(self) -> str:
        """The words of the answer, whatever protocol they were in."""
        for name in ("vnp_Message", "message", "MoTaLoi"):
            if text := self.answer.get(name):
                return text
        return ""


class Refund(models.Model):
    """Money given back. ``number`` comes from the same series as the payments'."""

    class Kind(models.TextChoices):
        FULL = "02", _("in full")
        PARTIAL = "03", _("in part")

    number = models.BigIntegerField(unique=True)
    transaction = models.ForeignKey(Transaction, on_delete=models.PROTECT, related_name="refunds")
    request_id = models.CharField(max_length=32)
    kind = models.CharField(max_length=2, choices=Kind.choices)
    amount_vnd = models.BigIntegerField()
    state = models.CharField(
        max_length=12, choices=RefundState.choices, default=RefundState.PROCESSING
    )
    created_by = models.CharField(max_length=245)
    requested_at = models.DateTimeField(auto_now_add=True)
    settles_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_vnd__gte=1), name="refund_something"),
            models.UniqueConstraint(
                fields=["transaction"],
                condition=Q(kind="02") & ~Q(state=RefundState.REFUSED),
                name="one_full_refund_at_a_time",
            ),
        ]

    def __str__(self):
        return f"{self.number}"
