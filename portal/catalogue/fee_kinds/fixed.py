"""Fees that depend on no answer: none, one amount, or one for each channel."""

from dataclasses import dataclass

from django.utils.translation import gettext

from portal import wording
from portal.catalogue.fees import HIGHEST_FEE, Fee, FeeLine, FeeRule, fee_kind


@fee_kind
@dataclass(frozen=True)
class NoFee(FeeRule):
    """The service is free."""

    kind = "none"

    @classmethod
    def read_options(cls, table):
        return {}

    def fee(self, answers, channel):
        return Fee()

    def highest_vnd(self):
        return 0

    def describe(self):
        return gettext("No fee")

    def tariff(self, questions):
        return []


@fee_kind
@dataclass(frozen=True)
class FixedFee(FeeRule):
    """The same amount for every dossier."""

    kind = "fixed"

    amount_vnd: int = 0

    def fee(self, answers, channel):
        return Fee((FeeLine(self.name, 1, self.amount_vnd),))

    def highest_vnd(self):
        return self.amount_vnd

    def describe(self):
        return wording.money(self.amount_vnd)


@fee_kind
@dataclass(frozen=True)
class FeeByChannel(FeeRule):
    """One amount for a dossier sent online, another for one on paper."""

    kind = "by_channel"

    amount_vnd: int = 0
    online_amount_vnd: int = 0

    @classmethod
    def read_options(cls, table):
        online = table.whole("online_amount_vnd", minimum=0, maximum=HIGHEST_FEE)
        return {**super().read_options(table), "online_amount_vnd": online}

    def fee(self, answers, channel):
        amount_vnd = self.online_amount_vnd if channel == "online" else self.amount_vnd
        return Fee((FeeLine(self.name, 1, amount_vnd),)) if amount_vnd else Fee()

    def highest_vnd(self):
        return max(self.amount_vnd, self.online_amount_vnd)

    def tariff(self, questions):
        return [
            (gettext("Sent online"), wording.money(self.online_amount_vnd)),
            (gettext("On paper, at the counter or by post"), wording.money(self.amount_vnd)),
        ]

    def describe(self):
        return gettext("%(online)s when sent online, %(paper)s on paper") % {
            "online": wording.money(self.online_amount_vnd),
            "paper": wording.money(self.amount_vnd),
        }
