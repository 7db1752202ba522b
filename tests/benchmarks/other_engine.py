"""django-viewflow in an environment of its own, which the benchmark makes and nobody else uses: it is AGPL."""

import hashlib
import json
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection

from tests import databases
from tests.benchmarks.lifecycle import Cast

HERE = Path(__file__).resolve().parent
ENVIRONMENT = settings.BASE_DIR / "var" / "bench-venv"
REQUIREMENTS = settings.BASE_DIR / "requirements" / "bench.txt"


@contextmanager
def side():
    """The running other side, on a clone of the portal's database of its own in the same cluster."""
    database = databases.clone(databases.template(), databases.clone_name("viewflow"))
    process = subprocess.Popen(
        [_python(), "-m", "viewflow_side"],
        cwd=HERE,
        env={
            "PATH": os.environ["PATH"],
            "VIEWFLOW_DATABASE_URL": database.owner_url,
            "VIEWFLOW_CAST": json.dumps(_cast(database.name)),
        },
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


def _cast(database):
    """The keys of the people and of a draft that the portal makes in the other side's database."""
    ours = connection.settings_dict["NAME"]
    databases.point_connections_at(database)
    try:
        cast = Cast()
        [draft] = cast.drafts(1)
    finally:
        databases.point_connections_at(ours)
    people = ("citizen", "one_door", "specialist", "leader")
    return {name: getattr(cast, name).pk for name in people} | {"draft": draft.pk}


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
