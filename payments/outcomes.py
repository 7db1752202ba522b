"""What a code of the gateway means for the payer, in a sentence."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "09": _("The bank refused: the card is not registered for online payment."),
    "10": _("The bank refused: the card details were wrong more than three times."),
    "11": _("The time to pay ran out."),
    "12": _("The bank refused: the card is locked."),
    "13": _("The bank refused: the one-time code was wrong."),
    "24": _("You cancelled the payment."),
    "51": _("The bank refused: there is not enough money in the account."),
    "65": _("The bank refused: the daily limit of the account is reached."),
    "75": _("The bank is under maintenance."),
    "79": _("The bank refused: the payment password was wrong too often."),
}
# Money that the gateway neither has nor denies, for those who decide about it (payments.protocol.messages.HELD).
HELD = {
    "04": _("The bank took the money, but the payment was not completed at the gateway (04)."),
    "07": _("The bank took the money and holds it for review (07)."),
}
OTHER = _("The bank did not carry out the payment.")
RAN_OUT = SENTENCES["11"]


def sentence(attempt):
    """Why ``attempt`` brought no money."""
    if attempt.state == "expired":
        return RAN_OUT
    return SENTENCES.get(attempt.response_code, OTHER)
