"""How a command that runs in the foreground hears that it should end."""

import signal
from types import FrameType

WISHES = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """Somebody asked the command to end: Ctrl-C, SIGTERM, or the terminal was closed.

    No ``Exception``, as ``KeyboardInterrupt`` is none: code that survives errors must not survive this.
    """


def stop_on_signals() -> None:
    """From now on the first wish to end raises ``Stopped``; the following ones are not heard."""
    for number in WISHES:
        if number == signal.SIGHUP and signal.getsignal(number) is signal.SIG_IGN:
            continue  # started with nohup: meant to outlive its terminal
        signal.signal(number, _stop)


def _stop(number: int, frame: FrameType | None) -> None:
    for each in WISHES:
        signal.signal(each, signal.SIG_IGN)  # further ones would only disturb the stopping
    raise Stopped
