"""``make bench``: the speed of the portal as ratios, taken in one run; see docs/benchmarks.md."""

import argparse
import os
import sys
from pathlib import Path

import django

from portal.embedded.errors import StartRefused

VAR = Path(__file__).resolve().parent.parent.parent / "var"
ONE_DOSSIER = ("P1", "P2", "P3", "DELTAS", "P8", "P10")
WHOLE_COUNTRY = ("P4", "P5", "DASH")  # millions of dossiers are written first: asked for by name


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument(
        "--only",
        nargs="+",
        choices=ONE_DOSSIER + WHOLE_COUNTRY,
        default=ONE_DOSSIER,
        help=f"measure these only; without it {', '.join(ONE_DOSSIER)}",
    )
    parser.add_argument("--rounds", type=int, default=9, help="interleaved rounds (5 or more)")
    parser.add_argument("--lives", type=int, default=150, help="lives of each side in a round")
    parser.add_argument(
        "--dossiers",
        nargs=2,
        type=int,
        default=[1_000_000, 3_000_000],
        metavar=("SMALL", "LARGE"),
        help="sizes of the countries of P4 and P5",
    )
    options = parser.parse_args()
    if options.rounds < 5:
        parser.error("a median of fewer than 5 rounds says nothing")
    # Servers of the benchmark's own, apart from the demo's.
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings.embedded"
    os.environ["PORTAL_HOME"] = str(VAR / "bench")
    django.setup()
    import portal.celery  # noqa: F401  # the app whose broker the doorbell rings
    from tests.benchmarks import batches, figures, ipn, lives, machine, report, starts

    report.quieten(VAR / "bench" / "logs" / "bench.log")
    print(machine.line())
    print(machine.fsync(VAR / "bench"), flush=True)
    found = []
    if {"P1", "P2"} & set(options.only):
        found += lives.measure(options.only, rounds=options.rounds, number=options.lives)
    if {"P3", "DELTAS"} & set(options.only):
        found += batches.measure(options.only, rounds=options.rounds)
    if {"P4", "P5", "DASH"} & set(options.only):
        found += figures.measure(options.only, *options.dossiers)
    if "P8" in options.only:
        found.append(starts.measure(VAR / "bench"))
    if "P10" in options.only:
        found.append(ipn.measure(rounds=options.rounds, number=options.lives))
    report.write(found, VAR / "bench.json")
    return report.verdict(found)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except StartRefused as refusal:
        sys.exit(f"{refusal}")
