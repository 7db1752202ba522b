"""Test cards, what each of them leads to, and the banks that can be chosen.

Sources: docs/sandbox.md: the first NCB cards are the well-known ones of the
public sandbox, the international ones those of GOV.UK Pay. The cards ``9704 1900 0000 0000 0xx``
are ours; their last two digits are the response code they lead to.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

ONE_TIME_PASSWORD = "123456"
OTP_TRIES = 3

BANKS = {
    "NCB": "NCB, Ngân hàng Quốc Dân",
    "VIETCOMBANK": "Vietcombank, Ngoại thương Việt Nam",
    "VIETINBANK": "VietinBank, Công thương Việt Nam",
    "BIDV": "BIDV, Đầu tư và Phát triển Việt Nam",
    "AGRIBANK": "Agribank, Nông nghiệp và Phát triển nông thôn",
    "TECHCOMBANK": "Techcombank, Kỹ thương Việt Nam",
    "MBBANK": "MB, Quân đội",
    "ACB": "ACB, Á Châu",
    "SACOMBANK": "Sacombank, Sài Gòn Thương Tín",
    "VPBANK": "VPBank, Việt Nam Thịnh Vượng",
    "TPBANK": "TPBank, Tiên Phong",
    "HDBANK": "HDBank, Phát triển TP. Hồ Chí Minh",
}


@dataclass(frozen=True)
class Card:
    """A card of this gateway. An empty ``holder`` or ``issued`` takes whatever is typed."""

    number: str
    code: str  # vnp_ResponseCode that a payment with it ends with
    label: str
    holder: str = "NGUYEN VAN A"
    issued: str = "07/15"
    scheme: str = "ATM"  # vnp_CardType

    @property
    def is_domestic(self) -> bool:
        """Issued by a Vietnamese bank, which the payer chooses."""
        return self.scheme == "ATM"

    @property
    def grouped(self) -> str:
        """The number in groups of four, as it is printed on cards."""
        return " ".join(self.number[i : i + 4] for i in range(0, len(self.number), 4))

    @property
    def masked(self) -> str:
        """First six and last four digits, the most that may be shown after payment."""
        return f"{self.number[:6]}…{self.number[-4:]}"


CARDS = (
    Card("9704198526191432198", "00", _("Success")),
    Card("9704198526191432199", "51", _("Not enough money"), holder="NGUYEN VAN B"),
    Card("9704195798459170488", "51", _("Not enough money")),
    Card("9704192181368742", "09", _("Not registered for online payment")),
    Card("9704193370791314", "12", _("Card locked")),
    Card("9704194841945513", "11", _("Card expired")),
    Card("9704190000000000013", "13", _("Wrong one-time password")),
    Card("9704190000000000065", "65", _("Over the daily limit")),
    Card("9704190000000000075", "75", _("Bank under maintenance")),
    Card("9704190000000000007", "07", _("Money taken, but suspicious")),
    Card("9704190000000000010", "10", _("Wrong details more than three times")),
    Card("9704190000000000079", "79", _("Wrong password too often")),
    Card("9704190000000000099", "99", _("Another refusal")),
    Card("4444333322221111", "00", _("Success"), holder="", issued="", scheme="VISA"),
    Card("4242424242424242", "00", _("Success"), holder="", issued="", scheme="VISA"),
    Card("4000000000000002", "99", _("Declined"), holder="", issued="", scheme="VISA"),
    Card("4000000000000069", "11", _("Card expired"), holder="", issued="", scheme="VISA"),
    Card("4000000000000127", "10", _("Wrong security code"), holder="", issued="", scheme="VISA"),
    Card("4000000000000119", "99", _("General error"), holder="", issued="", scheme="VISA"),
)
_BY_NUMBER = {card.number: card for card in CARDS}


def find(number: str) -> Card | None:
    """The card with this number; spaces do not matter."""
    return _BY_NUMBER.get("".join(number.split()))
