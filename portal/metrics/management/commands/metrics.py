import json

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from portal import clock, wording
from portal.errors import PortalError
from portal.metrics import blocks, durations, instants, periods, readings, registry
from portal.metrics.blocks import NATION
from portal.metrics.registry import Unit


class Command(BaseCommand):
    help = "Say one official figure, or all of them: how it is counted, of whom, in which period, as of which instant."

    def add_arguments(self, parser):
        parser.add_argument("code", nargs="?", help="a metric, such as dossiers-online; none: all")
        parser.add_argument(
            "--period", default="", help="2022, 2022-Q3, 2022-08 or two dates with .. between"
        )
        parser.add_argument(
            "--block",
            default=NATION.code,
            help="nation, ministries, provinces, an agency (H17, H17:own), region:…, unit:…, service:…, field:…",
        )
        parser.add_argument(
            "--as-of", default="", help="a past instant: 2022-08-31 (its end) or 2022-08-31T15:00"
        )
        parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")

    def handle(self, code, period, block, as_of, **options):
        with clock.one_reading():
            try:
                found = self._found(code, period, block, as_of)
            except PortalError as refusal:
                raise CommandError(str(refusal)) from refusal
        if options["json"]:
            self.stdout.write(json.dumps(found, ensure_ascii=False))
            return
        for line in _lines(found):
            self.stdout.write(line)

    def _found(self, code, period, block, as_of):
        asked = periods.parse(period) if period else periods.year_to_date()
        asked = asked.seen_at(instants.parse(as_of))
        within = blocks.block(block)
        drawn = [registry.metric(code, asked.as_of)] if code else registry.metrics(asked.as_of)
        found = readings.read(drawn, asked, within)
        listed = asked.instant or isinstance(within, blocks.ListedBlock)
        return {
            "period": asked.text,
            "first_day": asked.first.isoformat(),
            "last_day": asked.last.isoformat(),
            "block": within.code,
            "block_name": str(within.name),
            "as_of": periods.written(asked.instant or clock.now()),
            "counted_from": "history" if listed else "rollup",
            "metrics": [
                _figure(metric, found[metric.code]) for metric in drawn if metric.code in found
            ],
        }


def _figure(metric, reading):
    """One figure as plain values; ``share`` is ``None`` where nothing is there to be a share of."""
    return {
        "code": metric.code,
        "name": str(metric.name),
        "version_since": metric.since.isoformat(),
        "unit": metric.unit.name.lower(),
        "numerator": reading.numerator,
        "denominator": reading.denominator,
        "share": None if reading.share is None else float(reading.share),
        "source": str(metric.source),
        "certainty": metric.certainty,
        "no_source": str(metric.no_source) or None,
    }


def _lines(found):
    """The same for people."""
    yield f"{found['block_name']}, {found['first_day']} – {found['last_day']}"
    if found["counted_from"] == "history":
        yield _("As of {instant}, recounted from history.").format(instant=found["as_of"])
    else:
        yield _("As of {instant}, the present.").format(instant=found["as_of"])
    for figure in found["metrics"]:
        yield f"{figure['code']}: {_value(figure)} — {figure['name']}"


def _value(figure):
    numerator, denominator = figure["numerator"], figure["denominator"]
    if figure["no_source"]:
        return str(_("no source yet"))
    if numerator is None:
        return str(_("not enough dossiers yet"))
    if figure["unit"] == "minutes":
        return durations.in_words(numerator)
    if denominator is None:
        return f"{wording.number(numerator)} {Unit[figure['unit'].upper()].value}"
    share = _("no data") if figure["share"] is None else wording.percent(figure["share"])
    return f"{share} ({wording.number(numerator)} / {wording.number(denominator)})"
