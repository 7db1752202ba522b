"""How far the nation, the ministries and the provinces are on the way to each target, and how many are there."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from portal.metrics import figures, rows
from portal.metrics.addresses import league_address
from portal.metrics.blocks import MINISTRIES, NATION, PROVINCES
from portal.metrics.compared import tops
from portal.metrics.compared.league import is_enough
from portal.metrics.compared.targets import targets
from portal.metrics.registry import reads
from portal.metrics.tables import shown
from portal.wording import number


@dataclass(frozen=True)
class BlockProgress:
    """One block: its pooled figure, and how many of its agencies meet the target among those with enough to compare."""

    block: object
    figure: object = None  # tables.Shown; None while the figure has no source
    meeting: int = 0
    counted: int = 0
    league_url: str = ""

    def row(self, target):
        """The line of the table of ``target`` as HTML."""
        name = self.block.name
        agencies = _("%(some)s of %(all)s with enough to compare") % {
            "some": number(self.meeting),
            "all": number(self.counted),
        }
        return rows.line(
            rows.link(self.league_url, name) if self.league_url else name,
            rows.number(self.figure.metric.short, self.figure.html),
            rows.words(_("Target"), target.in_words(self.figure.reading)),
            rows.number(_("Agencies that meet it"), agencies),
        )


@dataclass(frozen=True)
class Progress:
    target: object
    metric: object  # None while the figure has no source
    blocks: list = field(default_factory=list)

    @property
    def rows(self):
        """The lines of the table, as HTML."""
        return [block.row(self.target) for block in self.blocks]


def progress(period):
    """One row for each target, in as many queries for one as for all."""
    day = tops.tree_day(period)
    metrics = {target: target.metric(period.as_of) for target in targets()}
    # Several targets may be set for one figure.
    measured = {metric.code: metric for metric in metrics.values() if metric}
    wanted = reads(measured.values())
    halves = (MINISTRIES, PROVINCES)
    (everybody,) = tops.read([block.kind for block in halves], day, period, only=wanted)
    found = {block: [top for top in everybody if top.agency.kind == block.kind] for block in halves}
    pooled = {block: figures.pooled(top.figures for top in own) for block, own in found.items()}
    pooled[NATION] = figures.pooled(pooled.values())
    compared = {
        code: {block: _readings(metric, own) for block, own in found.items()}
        for code, metric in measured.items()
    }
    return [
        Progress(
            target,
            metric,
            _blocks(target, metric, period, compared[metric.code], pooled) if metric else [],
        )
        for target, metric in metrics.items()
    ]


def _blocks(target, metric, period, compared, pooled):
    answers = {
        block: [target.is_met_by(reading) for reading in own] for block, own in compared.items()
    }
    answers[NATION] = [answer for own in answers.values() for answer in own]
    return [
        _of(block, pooled[block], answers[block], metric, period)
        for block in (NATION, MINISTRIES, PROVINCES)
    ]


def _readings(metric, found):
    """Those of the agencies with enough to compare."""
    readings = (metric.read(top.figures) for top in found)
    return [reading for reading in readings if is_enough(reading, metric)]


def _of(block, pooled, answers, metric, period):
    return BlockProgress(
        block,
        shown(metric, pooled, period, block.code),
        sum(answers),
        len(answers),
        league_address(block.code, metric.code, period) if block is not NATION else "",
    )
