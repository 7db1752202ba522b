"""What goes wrong on purpose between gateway and merchant. Pure: imports nothing of ours."""

from dataclasses import asdict, dataclass, fields

LONGEST_DELAY_SECONDS = 86_400
MOST_COPIES = 10
BEFORE_RETURN, AFTER_RETURN = "before", "after"


@dataclass(frozen=True)
class Switches:
    """How the notices of one payment are sent; the defaults are how a good gateway does it.

    Every switch works together with every other. ``order`` says when a notice goes out: at once
    (empty), and the browser waits for the merchant's answer (``before``), or only once the browser
    has been sent back (``after``).
    """

    drop: bool = False  # never told: only a question helps the merchant
    delay_seconds: float = 0
    copies: int = 1  # how often the same notice is sent
    order: str = ""
    forge: bool = False  # a notice with a wrong signature comes first
    wrong_amount: bool = False  # a well-signed notice of another amount comes first
    refuse_refunds: bool = False  # the bank refuses what the gateway took on

    def __post_init__(self):
        """Raises ``ValueError`` for what no switch can be set to."""
        flags = (self.drop, self.forge, self.wrong_amount, self.refuse_refunds)
        if not all(type(flag) is bool for flag in flags):
            raise ValueError("drop, forge, wrong_amount and refuse_refunds are true or false")
        if type(self.copies) is not int or not 1 <= self.copies <= MOST_COPIES:
            raise ValueError(f"copies is a whole number from 1 to {MOST_COPIES}")
        if type(self.delay_seconds) not in (int, float) or not (
            0 <= self.delay_seconds <= LONGEST_DELAY_SECONDS
        ):
            raise ValueError(f"delay_seconds is a number from 0 to {LONGEST_DELAY_SECONDS}")
        if self.order not in ("", BEFORE_RETURN, AFTER_RETURN):
            raise ValueError("order is empty, “before” or “after”")

    @classmethod
    def read(cls, stored: dict) -> "Switches":
        """From what :meth:`stored` gave. Raises ``ValueError`` for anything else."""
        if not isinstance(stored, dict) or stored.keys() - {each.name for each in fields(cls)}:
            raise ValueError("an unknown switch")
        return cls(**stored)

    def stored(self) -> dict:
        """The switches that are not as they are by default, as JSON can hold them."""
        plain = asdict(Switches())
        return {name: value for name, value in asdict(self).items() if value != plain[name]}

    @property
    def waits_for_return(self) -> bool:
        """Whether nobody is told before the browser has been sent back."""
        return self.order == AFTER_RETURN and not self.drop

    @property
    def holds_return(self) -> bool:
        """Whether the browser is kept until the merchant was told."""
        return self.order == BEFORE_RETURN and not self.drop
