"""django-viewflow in an environment of its own, which the benchmark makes and nobody else uses: it is AGPL."""

import hashlib
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from tests import databases

HERE = Path(__file__).resolve().parent
ENVIRONMENT = settings.BASE_DIR / "var" / "bench-venv"
REQUIREMENTS = settings.BASE_DIR / "requirements" / "bench.txt"


@contextmanager
def side():
    """The running other side, on a fresh database of its own in the same cluster."""
    database = databases.empty(databases.clone_name("viewflow"))
    process = subprocess.Popen(
        [_python(), "-m", "viewflow_side"],
        cwd=HERE,
        env={"PATH": os.environ["PATH"], "VIEWFLOW_DATABASE_URL": database.owner_url},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Viewflow(process)
    finally:
        process.stdin.close()
        process.wait()
        databases.drop(database.name)


class Viewflow:
    """The process that lives the lives."""

    def __init__(self, process):
        self.process = process
        self.statements = int(self._answer("statements"))

    def __str__(self):
        return f"django-viewflow: {self.statements} statements a life."

    def run(self, number):
        self.process.stdin.write(f"{number}\n")
        self.process.stdin.flush()
        return float(self._answer("rate"))

    def _answer(self, what):
        said, _space, value = self.process.stdout.readline().partition(" ")
        if said != what:
            raise RuntimeError(f"The side of django-viewflow ended with {self.process.wait()}.")
        return value


def _python():
    """The interpreter of the environment, made anew when its requirements changed."""
    mark = ENVIRONMENT / "made-from"
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    python = ENVIRONMENT / "bin" / "python"
    if not mark.exists() or mark.read_text() != wanted:
        print(f"Making {ENVIRONMENT.relative_to(settings.BASE_DIR)} …", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", ENVIRONMENT], check=True)
        pip = [python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        subprocess.run([*pip, "--require-hashes", "-r", REQUIREMENTS], check=True)
        mark.write_text(wanted)
    return python
