"""Lines and bars as inline SVG: drawn by pygal, then stripped to classes so that the look and a strict CSP hold.

Every chart is drawn twice, wide and narrow: text is not shrunk for phones. Colours are those of ``portal.css``
(``.chart``, ``.ch-…``); no style, script, comment or address of the library's own stays in the page.
"""

import math
import sys
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from functools import lru_cache

import pygal
from django.utils.safestring import SafeString, mark_safe
from pygal.style import Style

# Its import hook serves map plug-ins, of which there are none here, and speaks a protocol that Python has dropped:
# every later import would warn.
sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__module__ != "pygal"]

SVG = "{http://www.w3.org/2000/svg}"
WIDE, NARROW = 720, 350  # units of the view box; 13 of them are one line of text
HEIGHT = 260
TEXT = 13
LABEL_GAP = 16  # between the labels at the ends of two lines
ROOM_FOR_CHARACTER = 7.5  # of an end label
GRID_STEPS = (1, 2, 5, 10, 20, 25, 50)
MOST_GRID_LINES = 5

ET.register_namespace("", "http://www.w3.org/2000/svg")


@dataclass(frozen=True)
class Series:
    """One line or one layer of bars. ``values`` has a number, or ``None`` for a gap, per label of the x axis.

    ``label`` stands at the end of a line.
    """

    css: str
    values: tuple
    label: str = ""


@dataclass(frozen=True)
class Chart:
    """Both drawings; ``first`` is where the y axis begins."""

    wide: SafeString
    narrow: SafeString
    first: int = 0


@lru_cache(maxsize=256)
def lines(series, labels, *, title, key):
    """Lines over time in percent; every series has at least one value.

    The y axis may begin above zero: the caption has to say so, with ``Chart.first``. ``title`` is one sentence that
    tells the whole; ``key`` makes ids unique in the page. The same arguments (tuples) give the same drawing.
    """
    values = [value for each in series for value in each.values if value is not None]
    first, last, step = percent_axis(min(values), max(values))
    longest = max(len(each.label) for each in series)

    def draw(width, shown):
        chart = pygal.Line(
            **_settings(width, margin_right=int(longest * ROOM_FOR_CHARACTER) + 12),
            range=(first, last),
        )
        chart.y_labels = list(range(first, last + 1, step))
        chart.x_labels = shown
        for each in series:
            chart.add("", list(each.values), allow_interruptions=True)
        return chart

    return Chart(
        _svg(draw(WIDE, thinned(labels, 12)), series, css="ch-wide", title=title, key=key),
        _svg(draw(NARROW, thinned(labels, 4)), series, css="ch-narrow", title="", key=key),
        first,
    )


@lru_cache(maxsize=256)
def stacked_bars(series, labels, *, title, key):
    """Bars from zero, one layer on the other."""
    tops = [sum(values) for values in zip(*(each.values for each in series), strict=True)]
    last, step = count_axis(max(tops))

    def draw(width, shown):
        chart = pygal.StackedBar(**_settings(width), range=(0, last))
        chart.y_labels = list(range(0, last + 1, step))
        chart.x_labels = shown
        for each in series:
            chart.add("", list(each.values))
        return chart

    return Chart(
        _svg(draw(WIDE, thinned(labels, 12)), series, css="ch-wide", title=title, key=key),
        _svg(draw(NARROW, thinned(labels, 4)), series, css="ch-narrow", title="", key=key),
    )


def percent_axis(lowest, highest):
    """``(first, last, step)`` of an axis of percents with at most five grid lines."""
    for step in GRID_STEPS:
        first = math.floor(lowest / step) * step
        last = min(max(math.ceil(highest / step) * step, first + step), 100)
        if last == first:
            first -= step
        if (last - first) / step < MOST_GRID_LINES and (last - first) % step == 0:
            return first, last, step
    return 0, 100, 25


def count_axis(highest):
    """``(last, step)`` of an axis of counts from zero with at most five grid lines."""
    magnitude = 1
    while True:
        for factor in (1, 2, 5):
            step = factor * magnitude
            if step * (MOST_GRID_LINES - 1) >= highest:
                return math.ceil(max(highest, 1) / step) * step, step
        magnitude *= 10


def thinned(labels, most):
    """``labels`` with all but about ``most`` of them blank; the last one always shows."""
    every = math.ceil(len(labels) / most)
    last = len(labels) - 1
    return [label if (last - place) % every == 0 else "" for place, label in enumerate(labels)]


def _settings(width, margin_right=8):
    return {
        "width": width,
        "height": HEIGHT,
        "margin": 8,
        "margin_right": margin_right,
        "margin_top": 14,
        "spacing": 8,
        "js": [],
        "css": [],
        "no_prefix": True,
        "show_legend": False,
        "disable_xml_declaration": True,
        "truncate_label": -1,
        "formatter": str,
        "style": Style(
            label_font_size=TEXT, major_label_font_size=TEXT, value_label_font_size=TEXT
        ),
    }


# From pygal's drawing to ours ---------------------------------------------------------------


def _svg(chart, series, *, css, title, key):
    drawn = ET.fromstring(chart.render())
    root = ET.Element(f"{SVG}svg", {"class": f"chart {css}", "viewBox": drawn.get("viewBox")})
    if title:
        name = ET.SubElement(root, f"{SVG}title", {"id": f"chart-{key}"})
        name.text = title
        root.attrib |= {"role": "img", "aria-labelledby": f"chart-{key}"}
    else:
        root.set("aria-hidden", "true")
    plot = drawn.find(f"{SVG}g/{SVG}g[@class='plot']")
    group = ET.SubElement(root, f"{SVG}g", {"transform": plot.get("transform")})
    _axes(plot, group)
    _marks(plot, group, series)
    overlay = drawn.find(f"{SVG}g/{SVG}g[@class='plot overlay']")
    _ends(overlay, group, series)
    return mark_safe(ET.tostring(root, encoding="unicode"))  # built here, element by element


def _axes(plot, group):
    for axis in plot.iterfind(f"{SVG}g"):
        name = axis.get("class", "").split()
        if name[:2] == ["axis", "y"]:
            _y_axis(axis, group)
        elif name[:2] == ["axis", "x"]:
            for text in axis.iter(f"{SVG}text"):
                if text.text:
                    _text(group, text, anchor="middle")


def _y_axis(axis, group):
    paths = [
        (guide.find(f"{SVG}path"), guide.find(f"{SVG}text")) for guide in axis.iterfind(f"{SVG}g")
    ]
    lowest = max(paths, key=lambda pair: float(pair[0].get("d").split()[1]))
    for path, text in paths:
        kind = "ch-axis" if path is lowest[0] else "ch-grid"
        ET.SubElement(group, f"{SVG}path", {"class": kind, "d": path.get("d")})
        _text(group, text, anchor="end")


def _marks(plot, group, series):
    for number, each in enumerate(series):
        for layer in plot.iterfind(f"{SVG}g[@class='series serie-{number} color-{number}']"):
            for path in layer.iter(f"{SVG}path"):
                ET.SubElement(group, f"{SVG}path", {"class": each.css, "d": path.get("d")})
            for bar in layer.iter(f"{SVG}rect"):
                place = {name: bar.get(name) for name in ("x", "y", "width", "height")}
                ET.SubElement(group, f"{SVG}rect", {"class": each.css, **place})


def _ends(overlay, group, series):
    """Where lines have nothing to connect, a dot; at their ends, their names, moved apart if they collide."""
    named = []
    for number, each in enumerate(series):
        layer = overlay.find(f"{SVG}g[@class='series serie-{number} color-{number}']")
        dots = iter(layer.iter(f"{SVG}circle"))
        dot = None
        for place, value in enumerate(each.values):
            if value is None or not each.label:
                continue
            dot = next(dots)
            if _is_alone(each.values, place):
                where = {"cx": dot.get("cx"), "cy": dot.get("cy"), "r": "3"}
                ET.SubElement(group, f"{SVG}circle", {"class": f"{each.css}-dot", **where})
        if dot is not None:
            named.append((float(dot.get("cy")), float(dot.get("cx")), each.label))
    lowest = -LABEL_GAP
    for y, x, label in sorted(named):
        lowest = max(y, lowest + LABEL_GAP)
        place = {"x": f"{x + 6:.1f}", "y": f"{lowest + TEXT / 3:.1f}", "class": "ch-label"}
        ET.SubElement(group, f"{SVG}text", place).text = label


def _is_alone(values, place):
    neighbours = [values[near] for near in (place - 1, place + 1) if 0 <= near < len(values)]
    return all(value is None for value in neighbours)


def _text(group, text, *, anchor):
    place = {"x": text.get("x"), "y": text.get("y"), "text-anchor": anchor}
    ET.SubElement(group, f"{SVG}text", place).text = text.text
