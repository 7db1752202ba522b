"""How PostgreSQL, which refuses to run as root, is run all the same.

Anyone but root just runs it. Root runs it in a user namespace of its own, where root is known as
user 1000 and every file stays root's. Where the kernel or a container forbids namespaces, root
runs it as ``nobody``.
"""

import ctypes
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from portal.embedded.errors import StartRefused

AS_OURSELVES, IN_NAMESPACE, AS_NOBODY = "ourselves", "namespace", "nobody"

_CLONE_NEWUSER = 0x10000000
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def dying_with_parent(how: signal.Signals) -> Callable[[], None]:
    """What a child calls first: from then on the kernel sends it ``how`` when this process ends."""
    parent = os.getpid()

    def ask() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, int(how), 0, 0, 0)
        if os.getppid() != parent:  # it ended before the kernel was asked
            os._exit(1)

    return ask


def _enter_namespace() -> None:
    uid, gid = os.geteuid(), os.getegid()
    if _libc.unshare(_CLONE_NEWUSER):
        raise OSError(ctypes.get_errno(), "user namespaces are not allowed here")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"1000 {uid} 1")
    Path("/proc/self/gid_map").write_text(f"1000 {gid} 1")


def _nobody() -> tuple[int, int]:
    """User and group of ``nobody``; the usual numbers where the machine does not name it."""
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        return 65534, 65534
    return entry.pw_uid, entry.pw_gid


def _become_nobody() -> None:
    user, group = _nobody()
    os.setgroups([])
    os.setresgid(group, group, group)
    os.setresuid(user, user, user)


def way_to_run() -> str:
    """Which of the three ways works on this machine, found by trying."""
    if os.geteuid() != 0:
        return AS_OURSELVES
    trial = subprocess.run(
        [sys.executable, "-I", "-S", "-c", "pass"],
        preexec_fn=_report_failure(_enter_namespace),
        stderr=subprocess.DEVNULL,
        check=False,
    )
    return IN_NAMESPACE if trial.returncode == 0 else AS_NOBODY


def _report_failure(step: Callable[[], None]) -> Callable[[], None]:
    """A step before exec that ends the child with status 1 instead of raising in the parent."""

    def attempt() -> None:
        try:
            step()
        except OSError:
            os._exit(1)

    return attempt


def before_exec(way: str, *, dies_with: signal.Signals) -> Callable[[], None]:
    """The function that a child calls between fork and exec to run in the given way."""

    die_with_parent = dying_with_parent(dies_with)

    def prepare() -> None:
        if way == IN_NAMESPACE:
            _enter_namespace()
        elif way == AS_NOBODY:
            _become_nobody()
        die_with_parent()  # last: a change of identity forgets it

    return prepare


def expected_owner(way: str) -> tuple[int, int]:
    """The numeric user and group that must own the data folder, as seen from outside."""
    return _nobody() if way == AS_NOBODY else (os.geteuid(), os.getegid())


def check_nobody_may_enter(*places: Path) -> None:
    """Refuse clearly where ``nobody`` cannot reach one of the places because a parent is closed."""
    for place in places:
        for folder in reversed(place.resolve().parents):
            if not folder.stat().st_mode & 0o001:
                raise StartRefused(
                    f"PostgreSQL may not run as root, and as “nobody” it may not enter {folder} "
                    f"on the way to {place}; run as an ordinary user, move the folder, "
                    f"or allow passage with: chmod o+x {folder}"
                )


def give_to(owner: tuple[int, int], folder: Path) -> None:
    """Make ``owner`` own the data folder where it was last used in another way."""
    user, group = owner
    if os.geteuid() != 0 or folder.stat().st_uid == user:
        return
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            os.lchown(os.path.join(parent, name), user, group)
    os.chown(folder, user, group)  # last: an interrupted walk is done again
