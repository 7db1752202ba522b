"""Test cards, what each of them leads to, and the banks that can be chosen.

Sources: docs/sandbox.md: the first NCB cards are the well-known ones of the
public sandbox, the international ones those of GOV.UK Pay. The cards ``9704 1900 0000 0000 0xx``
are ours; their last two digits are the response code they lead to, those of the reversed one its status.
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
    is_reversed: bool = (
        False  # the bank takes the money, and the payment fails all the same (status 04)
    )

    @property
    def bank_code(self) -> str:
        """vnp_BankCode where no bank was chosen."""
        return {"QRCODE": "VNPAYQR", "WALLET": "VNPAYEWALLET"}.get(self.scheme, self.scheme)

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
    Card("9704190000000000004", "99", _("Money taken, but the payment reversed"), is_reversed=True),
    Card("9704190000000000010", "10", _("Wrong details more than three times")),
    Card("9704190000000000079", "79", _("Wrong password too often")),
    Card("9704190000000000099", "99", _("Another refusal")),
    Card("4444333322221111", "00", _("Success"), holder="", issued="", scheme="VISA"),
    Card("4242424242424242", "00", _("Success"), holder="", issued="", scheme="VISA"),
    Card("4000056655665556", "00", _("Success"), holder="", issued="", scheme="VISA"),
    Card("5105105105105100", "00", _("Success"), holder="", issued="", scheme="MASTERCARD"),
    Card("5200828282828210", "00", _("Success"), holder="", issued="", scheme="MASTERCARD"),
    Card("371449635398431", "00", _("Success"), holder="", issued="", scheme="AMEX"),
    Card("4000000000000002", "99", _("Declined"), holder="", issued="", scheme="VISA"),
    Card("4000000000000069", "11", _("Card expired"), holder="", issued="", scheme="VISA"),
    Card("4000000000000127", "10", _("Wrong security code"), holder="", issued="", scheme="VISA"),
    Card("4000000000000119", "99", _("General error"), holder="", issued="", scheme="VISA"),
)

# Telephone numbers of wallets, and what a person with a telephone in hand decides about a QR code.
WALLETS = tuple(
    Card(number, code, label, holder="", issued="", scheme="WALLET")
    for number, code, label in (
        ("0900000000", "00", _("Success")),
        ("0900000051", "51", _("Not enough money")),
        ("0900000012", "12", _("Wallet locked")),
        ("0900000065", "65", _("Over the daily limit")),
        ("0900000075", "75", _("Wallet under maintenance")),
    )
)
QR_ACCOUNTS = tuple(
    Card(f"QR{code}", code, label, holder="", issued="", scheme="QRCODE")
    for code, label in (
        ("00", _("Success")),
        ("51", _("Not enough money")),
        ("65", _("Over the daily limit")),
        ("75", _("Bank under maintenance")),
        ("07", _("Money taken, but suspicious")),
    )
)
# vnp_BankCode of a merchant that has let the payer choose a way to pay, not a bank
QR_CODE, WALLET, INTERNATIONAL = (
    "VNPAYQR",
    "VNPAYEWALLET",
    ("INTCARD", "VISA", "MASTERCARD", "AMEX"),
)
BANK, CARD_SCHEME, OTHER_WAY = 1, 2, 3  # bank_type in the list that merchants ask for
_BY_NUMBER = {card.number: card for card in (*CARDS, *WALLETS, *QR_ACCOUNTS)}


def find(number: str) -> Card | None:
    """The card, wallet or QR account with this number; spaces do not matter."""
    return _BY_NUMBER.get("".join(number.split()))


def find_typed(number: str) -> Card | None:
    """The card with this number: what a payer may type into the form for cards."""
    card = find(number)
    return card if card in CARDS else None


def ways_to_pay() -> list[tuple[str, str, int]]:
    """Code, name and type of all that a merchant may send as vnp_BankCode."""
    return [
        ("VNPAYQR", "Quét mã QR", OTHER_WAY),
        ("VNBANK", "Thẻ và tài khoản ngân hàng trong nước", OTHER_WAY),
        ("INTCARD", "Thẻ thanh toán quốc tế", OTHER_WAY),
        ("VNPAYEWALLET", "Ví điện tử", OTHER_WAY),
        *((code, name, BANK) for code, name in BANKS.items()),
        ("VISA", "Visa", CARD_SCHEME),
        ("MASTERCARD", "Mastercard", CARD_SCHEME),
        ("AMEX", "American Express", CARD_SCHEME),
    ]
