"""What the demo says when it is ready."""

from collections.abc import Iterable

from django.conf import settings
from django.utils import translation

from portal.simulator.people import demo_accounts

WALK_THROUGH = """\
Try this:
  1. Open the portal as the citizen, find “ly lich tu phap”, apply, and pay the fee with a test card.
  2. Be the one-door officer: open the desk, receive the dossier and hand it over.
  3. Be the specialist: propose the result. Be the leader: sign it.
  4. As the citizen again, download the signed certificate and say how content you are.
  5. Open the figures: this dossier is in them, and every number opens the list of what it counts."""


def greeting(*, seconds: float) -> str:
    """“Ready”, the addresses, the demo accounts and a walk-through."""
    here = settings.PORTAL_PUBLIC_URL
    return "\n".join(
        [
            "",
            f"Ready in {seconds:.1f} s.",
            "",
            f"  Portal            {here}/",
            f"  Officials’ desk   {here}/desk/",
            f"  Official metrics  {here}/metrics/",
            f"  Payment sandbox   http://localhost:{settings.PORTAL_SANDBOX_PORT}/",
            "",
            *_accounts(),
            "",
            WALK_THROUGH,
            "",
            "Ctrl-C stops everything; the data stay. “make reset” brings the fresh story back.",
        ]
    )


def _accounts() -> Iterable[str]:
    with translation.override("en"):  # like everything else on the terminal
        rows = [
            ("Who", "User name", "Password", "Name"),
            *((one.role, one.username, one.password, one.name) for one in demo_accounts()),
        ]
    widths = [max(len(value) for value in column) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (value.ljust(width) for value, width in zip(row, widths, strict=True))
        yield ("  " + "  ".join(cells)).rstrip()
