"""How far the nation, the ministries and the provinces are on the way to each target, and how many are there."""

from dataclasses import dataclass, field

from portal.metrics import figures
from portal.metrics.addresses import league_address
from portal.metrics.blocks import MINISTRIES, NATION, PROVINCES
from portal.metrics.compared import tops
from portal.metrics.compared.league import is_enough
from portal.metrics.compared.targets import targets
from portal.metrics.tables import shown


@dataclass(frozen=True)
class BlockProgress:
    """One block: its pooled figure, and how many of its agencies meet the target among those with enough to compare."""

    block: object
    figure: object = None  # tables.Shown; None while the figure has no source
    meets: bool | None = None
    missing_points: object = None
    meeting: int = 0
    counted: int = 0
    league_url: str = ""


@dataclass(frozen=True)
class Progress:
    target: object
    metric: object  # None while the figure has no source
    blocks: list = field(default_factory=list)


def progress(period):
    """One row for each target, in as many queries for one as for all."""
    day = tops.tree_day(period)
    by_block = {block: tops.read(block.kind, day, period)[0] for block in (MINISTRIES, PROVINCES)}
    by_block[NATION] = [top for found in by_block.values() for top in found]
    return [_progress(target, period, by_block) for target in targets()]


def _progress(target, period, by_block):
    metric = target.metric(period.as_of)
    if metric is None:
        return Progress(target, None)
    return Progress(
        target,
        metric,
        [
            _of(block, by_block[block], target, metric, period)
            for block in (NATION, MINISTRIES, PROVINCES)
        ],
    )


def _of(block, found, target, metric, period):
    pooled = figures.pooled(top.figures for top in found)
    reading = metric.read(pooled)
    readings = [metric.read(top.figures) for top in found]
    answers = [target.is_met_by(each) for each in readings if is_enough(each, metric)]
    meets = target.is_met_by(reading)
    return BlockProgress(
        block,
        shown(metric, pooled, period, block.code),
        meets,
        (target.share - reading.share) * 100 if meets is False else None,
        sum(answers),
        len(answers),
        league_address(block.code, metric.code, period) if block is not NATION else "",
    )
