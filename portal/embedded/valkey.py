"""One Valkey (or Redis) server: the doorbell. It keeps nothing on disk, by intent."""

import atexit
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from portal.embedded import unprivileged
from portal.embedded.errors import StartRefused
from portal.embedded.postgres import free_port, is_free, tail

START_SECONDS = 10


class Valkey:
    """A server with a password on the loopback address; its data die with it."""

    name = "Valkey"

    def __init__(self, program: Path, log: Path, password: str):
        self.program, self.log, self.password = program, log, password
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, port: int) -> int:
        """Start and wait until it answers; returns the port, another than ``port`` where that is taken."""
        for _ in range(5):
            if not is_free(port):
                port = free_port()
            if self._start_on(port):
                return port
            port = free_port()
        raise StartRefused(f"Valkey did not start; the end of {self.log} says:\n{tail(self.log)}")

    def is_running(self) -> bool:
        """Whether the server that :meth:`start` started has not ended."""
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        """End the server; what it held is gone."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _start_on(self, port: int) -> bool:
        configuration = (
            f"bind 127.0.0.1\nport {port}\nprotected-mode yes\nrequirepass {self.password}\n"
            'save ""\nappendonly no\ndaemonize no\n'
        )
        with self.log.open("wb") as log, tempfile.TemporaryFile() as orders:
            orders.write(configuration.encode())
            orders.seek(0)
            self.process = subprocess.Popen(
                [self.program, "-"],  # configured on stdin: no password in the process list
                stdin=orders,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,  # Ctrl-C at the terminal is for the one who started it
                preexec_fn=unprivileged.dying_with_parent(signal.SIGTERM),
            )
        give_up = time.monotonic() + START_SECONDS
        while time.monotonic() < give_up:
            if self.process.poll() is not None:
                return False
            if _answers(port, self.password):
                return True
            time.sleep(0.005)
        self.stop()
        return False


def _answers(port: int, password: str) -> bool:
    """Whether *our* server answers there: only ours knows the password."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as line:
            line.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            said = b""
            while b"\r\n" not in said or (said.startswith(b"+OK") and said.count(b"\r\n") < 2):
                if not (more := line.recv(100)):
                    return False
                said += more
            return said.startswith(b"+OK\r\n+PONG")
    except OSError:
        return False


def start_for_this_process(program: Path, log: Path, password: str) -> str:
    """A server that nobody else uses and that ends with this process; returns its URL."""
    server = Valkey(program, log, password)
    port = server.start(free_port())
    atexit.register(log.unlink, missing_ok=True)  # registered first, done last
    atexit.register(server.stop)
    return f"redis://:{password}@127.0.0.1:{port}/0"
