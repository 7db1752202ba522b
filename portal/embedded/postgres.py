"""One PostgreSQL cluster from the wheel: made once, started, stopped. Imports neither Django nor psycopg."""

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import IO

from portal.embedded import unprivileged
from portal.embedded.errors import StartRefused

LAUNCHER, OWNER, APPLICATION, SANDBOX = "launcher", "portal_owner", "portal_app", "sandbox"
DATABASE, SANDBOX_DATABASE = "portal", "sandbox"

START_SECONDS = 60
STOP_SECONDS = 20
LARGEST_LOG = 5_000_000  # bytes; a longer log is begun anew at the next start

# For a machine of 2 cores that does other things too. Durability stays as PostgreSQL ships it.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # a socket's path may have 107 bytes, PORTAL_HOME may be longer
    "max_connections": "200",
    "shared_buffers": "128MB",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "max_wal_size": "1GB",
    "random_page_cost": "1.1",
    "jit": "off",  # compiling costs more than these queries do
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "timezone": "Asia/Ho_Chi_Minh",
    "log_timezone": "Asia/Ho_Chi_Minh",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    "log_checkpoints": "off",
    "cluster_name": "mot-cua",
}

# What the server says where it will not start, and what that means for the next try.
PORT_TAKEN = "could not create any TCP/IP sockets"
STILL_ENDING = "pre-existing shared memory block"  # queries of a server that was killed run on
PORTS_TRIED = 5

# The sandbox reaches its own databases only, and nobody of the portal reaches those.
ACCESS_RULES = f"""\
# type database        user                       address       method
host   /^sandbox       {SANDBOX}                  127.0.0.1/32  scram-sha-256
host   all             {SANDBOX}                  127.0.0.1/32  reject
host   /^sandbox       {OWNER},{APPLICATION}      127.0.0.1/32  reject
host   all             all                        127.0.0.1/32  scram-sha-256
"""


def free_port() -> int:
    """A TCP port of the loopback address that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of the loopback address now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the servers do
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def tail(log: Path, lines: int = 15) -> str:
    """The end of a log, for a person who must find out what happened."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""


class Cluster:
    """The cluster in ``folder``; ``passwords`` by role name; programs in ``programs``."""

    name = "PostgreSQL"

    def __init__(self, folder: Path, log: Path, programs: Path, passwords: dict[str, str]):
        self.folder, self.log, self.programs, self.passwords = folder, log, programs, passwords
        self.way = unprivileged.way_to_run()
        if self.way == unprivileged.AS_NOBODY:
            unprivileged.check_nobody_may_enter(folder, programs / "postgres")
        self.process: subprocess.Popen[bytes] | None = None

    def create(self) -> None:
        """Make the cluster with its roles and databases, unless it is there.

        It is made under another name and renamed when complete, so that a start that was cut short
        leaves nothing but a draft, which the next one throws away.
        """
        if self.folder.exists():
            return
        draft = self.folder.with_name(self.folder.name + ".draft")
        if draft.exists():
            shutil.rmtree(draft)
        draft.mkdir(mode=0o700)
        unprivileged.give_to(unprivileged.expected_owner(self.way), draft)
        self._run(
            *("initdb", "-D", draft, "--username", LAUNCHER, "--encoding=UTF8"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
            *("--auth=reject", "--no-instructions"),
        )
        (draft / "pg_hba.conf").write_text(ACCESS_RULES)
        self._run("postgres", "--single", "-j", "-D", draft, "template1", typed=self._first_words())
        draft.rename(self.folder)

    def start(self, port: int) -> int:
        """Start the server and wait until it accepts connections; returns the port it listens on.

        ``port`` is the one wished for: another is taken where somebody else uses it.
        Raises ``StartRefused`` with the end of the log.
        """
        self._wait_for_former_server()
        unprivileged.give_to(unprivileged.expected_owner(self.way), self.folder)
        ports_taken, give_up = 0, time.monotonic() + STOP_SECONDS
        while True:
            if not is_free(port):
                port = free_port()
            if self._start_on(port):
                return port
            said = tail(self.log, 6)
            if PORT_TAKEN in said and ports_taken < PORTS_TRIED:
                port, ports_taken = free_port(), ports_taken + 1
            elif STILL_ENDING in said and time.monotonic() < give_up:
                time.sleep(0.1)
            else:
                break
        raise StartRefused(
            f"PostgreSQL did not start; the end of {self.log} says:\n{tail(self.log)}"
        )

    def is_running(self) -> bool:
        """Whether the server that :meth:`start` started has not ended."""
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        """End the server: clients are cut off, everything committed is kept."""
        if self.process is None:
            return
        for how, patience in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, 5)):
            if self.process.poll() is not None:
                return
            self.process.send_signal(how)
            try:
                self.process.wait(patience)
                return
            except subprocess.TimeoutExpired:
                continue
        self.process.kill()
        self.process.wait()

    def _start_on(self, port: int) -> bool:
        pid_file = self.folder / "postmaster.pid"
        options = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
        with _log_for(self.log) as log:
            self.process = subprocess.Popen(
                [self.programs / "postgres", "-D", self.folder, "-p", str(port), *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=_environment(),
                preexec_fn=unprivileged.before_exec(self.way, dies_with=signal.SIGINT),
            )
        give_up = time.monotonic() + START_SECONDS
        while time.monotonic() < give_up:
            if self.process.poll() is not None:
                return False
            if _is_ready(pid_file, self.process.pid):
                return True
            time.sleep(0.01)
        self.stop()
        return False

    def _wait_for_former_server(self) -> None:
        """Let a server whose keeper was killed finish; it was told to stop by the kernel."""
        give_up = time.monotonic() + STOP_SECONDS
        while (pid := self._former_server()) is not None:
            if time.monotonic() > give_up:
                os.kill(pid, signal.SIGQUIT)
                give_up += STOP_SECONDS
            time.sleep(0.05)

    def _former_server(self) -> int | None:
        try:
            pid = int((self.folder / "postmaster.pid").read_text().split("\n", 1)[0])
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (OSError, ValueError):
            return None
        return pid if os.fsencode(self.folder) in words else None

    def _first_words(self) -> str:
        """SQL that makes roles and databases, as the single-user server reads it: one empty line ends each."""
        password = self.passwords
        return "\n\n".join(
            [
                f"ALTER ROLE {LAUNCHER} PASSWORD '{password[LAUNCHER]}';",
                # pg_signal_backend: to drop a clone that somebody still looks at.
                f"CREATE ROLE {OWNER} LOGIN CREATEDB PASSWORD '{password[OWNER]}' "
                "IN ROLE pg_signal_backend;",
                f"CREATE ROLE {APPLICATION} LOGIN PASSWORD '{password[APPLICATION]}';",
                f"CREATE ROLE {SANDBOX} LOGIN PASSWORD '{password[SANDBOX]}';",
                f"CREATE DATABASE {DATABASE} OWNER {OWNER};",
                f"REVOKE CONNECT, TEMPORARY ON DATABASE {DATABASE} FROM PUBLIC;",
                f"GRANT CONNECT ON DATABASE {DATABASE} TO {APPLICATION};",
                f"CREATE DATABASE {SANDBOX_DATABASE} OWNER {SANDBOX};",
                f"REVOKE CONNECT, TEMPORARY ON DATABASE {SANDBOX_DATABASE} FROM PUBLIC;",
                "",
            ]
        )

    def _run(self, program: str, *words: str | Path, typed: str = "") -> None:
        done = subprocess.run(
            [self.programs / program, *words],
            input=typed,
            capture_output=True,
            text=True,
            cwd="/",
            env=_environment(),
            preexec_fn=unprivileged.before_exec(self.way, dies_with=signal.SIGKILL),
            check=False,
        )
        said = done.stdout + done.stderr
        # The single-user server reports an error and goes on: its exit status says nothing.
        if done.returncode or "ERROR:" in said or "FATAL:" in said:
            raise StartRefused(f"PostgreSQL could not be set up: {said.strip()[-800:]}")


def _is_ready(pid_file: Path, pid: int) -> bool:
    """Line 8 of the file holds the state, as ``pg_ctl`` reads it; line 1 whose. One that was killed leaves its own."""
    try:
        lines = pid_file.read_text().splitlines()
    except OSError:
        return False
    return len(lines) >= 8 and (lines[0], lines[7].strip()) == (str(pid), "ready")


def _environment() -> dict[str, str]:
    """What PostgreSQL may see of our environment: no PG… variable of the user bends it."""
    kept = ("PATH", "LD_LIBRARY_PATH", "TMPDIR", "HOME")
    return {"LC_ALL": "C", **{name: os.environ[name] for name in kept if name in os.environ}}


def _log_for(path: Path) -> IO[bytes]:
    mode = "ab" if path.exists() and path.stat().st_size < LARGEST_LOG else "wb"
    return path.open(mode)
