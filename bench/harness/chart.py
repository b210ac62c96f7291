"""A line chart as SVG, with a logarithmic x axis, and its data as CSV."""

import csv
import math
from typing import NamedTuple
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 760, 430
LEFT, RIGHT, TOP, BOTTOM = 70, 36, 62, 92
COLORS = ["#0b5394", "#c55a11", "#2e7d32", "#7b1fa2"]


class Chart(NamedTuple):
    title: str
    x: str  # with unit
    y: str
    note: str  # where it should be flat
    lines: dict  # name → [(x, y), ...]
    log_y: bool = False


def number(value):
    """As short as it can be read: 0.25, 12, 10,000."""
    return f"{value:,.0f}" if value >= 10 else f"{value:.3g}"


def decades(low, high):
    return [10.0 ** power for power in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)]


def steps(high):
    """From zero to above `high`, in four to eight steps of 1, 2 or 5."""
    rough = high / 5
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * factor for factor in (1, 2, 5, 10) if unit * factor >= rough)
    return [step * i for i in range(math.ceil(high / step) + 1)]


class Axis:
    """From values to pixels, between the first and the last of its ticks."""

    def __init__(self, ticks, begin, end, logarithmic):
        self.ticks, self.begin, self.end = ticks, begin, end
        self.place = math.log10 if logarithmic else float

    def __call__(self, value):
        low, high = self.place(self.ticks[0]), self.place(self.ticks[-1])
        return self.begin + (self.place(value) - low) / (high - low) * (self.end - self.begin)


def axes(chart):
    points = [point for line in chart.lines.values() for point in line]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    x_ticks = decades(min(xs), max(xs)) if max(xs) > 10 * min(xs) else sorted(set(xs))
    return (Axis(x_ticks, LEFT, WIDTH - RIGHT, True),
            Axis(decades(min(ys), max(ys)) if chart.log_y else steps(max(ys)), HEIGHT - BOTTOM, TOP, chart.log_y))


def text(x, y, words, anchor="middle", more=""):
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}"{more}>{escape(words)}</text>'


def grid(x_axis, y_axis):
    for tick in x_axis.ticks:
        yield f'<path class="grid" d="M{x_axis(tick):.1f} {TOP}V{HEIGHT - BOTTOM}"/>'
        yield text(x_axis(tick), HEIGHT - BOTTOM + 18, number(tick))
    for tick in y_axis.ticks:
        yield f'<path class="grid" d="M{LEFT} {y_axis(tick):.1f}H{WIDTH - RIGHT}"/>'
        yield text(LEFT - 8, y_axis(tick) + 4, number(tick), "end")


def marker(kind, x, y, color):
    if kind % 2 == 0:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{color}"/>'
    return f'<rect x="{x - 3:.1f}" y="{y - 3:.1f}" width="6" height="6" fill="{color}"/>'


def lines(chart, x_axis, y_axis):
    at = LEFT
    for kind, (name, points) in enumerate(chart.lines.items()):
        color = COLORS[kind % len(COLORS)]
        places = [(x_axis(x), y_axis(y)) for x, y in points]
        path = " L".join(f"{x:.1f} {y:.1f}" for x, y in places)
        yield f'<path d="M{path}" fill="none" stroke="{color}" stroke-width="2"/>'
        yield from (marker(kind, x, y, color) for x, y in places)
        yield marker(kind, at + 4, 43, color)
        yield text(at + 14, 47, name, "start")
        at += 26 + 7 * len(name)


def svg(chart):
    x_axis, y_axis = axes(chart)
    middle = (TOP + HEIGHT - BOTTOM) / 2
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
        "<style>.grid{stroke:#d0d0d0;stroke-width:1} text{fill:#222}</style>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        text(LEFT, 24, chart.title, "start", ' font-size="15" font-weight="bold"'),
        *grid(x_axis, y_axis), *lines(chart, x_axis, y_axis),
        text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - BOTTOM + 40, chart.x),
        text(18, middle, chart.y, more=f' transform="rotate(-90 18 {middle:.0f})"'),
        text(LEFT, HEIGHT - 18, chart.note, "start", ' font-style="italic"'),
        "</svg>\n",
    ])


def plain(value):
    return f"{value:.0f}" if value >= 1000 else f"{value:.4g}"


def write_csv(path, chart):
    xs = sorted({x for points in chart.lines.values() for x, _ in points})
    columns = [dict(points) for points in chart.lines.values()]
    with path.open("w", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow([chart.x, *chart.lines])
        for x in xs:
            rows.writerow([plain(x), *(plain(column[x]) if x in column else "" for column in columns)])


def read_csv(path):
    """The lines that write_csv() wrote."""
    with path.open(newline="") as file:
        header, *rows = csv.reader(file)
    return {name: [(float(row[0]), float(row[column])) for row in rows if row[column]]
            for column, name in enumerate(header) if column > 0}
