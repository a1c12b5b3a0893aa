"""The picture of a pair of two surveys: both laid over each other, to scale, with what stands around."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import numpy as np
import shapely

from geospatial.follow import in_metres, metric
from geospatial.given import Geometries

#: How much ground around a pair is drawn, in metres.
AROUND = 40.0


@dataclass(frozen=True)
class Drawn:
    """The leading survey's shape and the other's (EPSG:4490), and what is written below each."""

    first: shapely.Geometry
    second: shapely.Geometry
    first_title: str
    second_title: str


def draw_pair(pair: Drawn, around: Geometries) -> str:
    """An SVG of a pair on a plane of metres: the leading shape filled, the other's outline, what lies around grey,
    and a scale of ten metres."""
    shapes = np.concatenate([np.array([pair.first, pair.second], object), around])
    plane = in_metres(shapes, metric(shapes[:2]))
    west, south, east, north = shapely.total_bounds(plane[:2])
    west, south, east, north = (
        west - AROUND / 2,
        south - AROUND / 2,
        east + AROUND / 2,
        north + AROUND / 2,
    )
    scale = 800 / (east - west)
    height = (north - south) * scale

    def path(shape: shapely.Geometry) -> str:
        rings = shapely.get_parts(shapely.boundary(shape))
        return "".join(
            "M"
            + "L".join(
                f"{(x - west) * scale:.1f} {(north - y) * scale:.1f}"
                for x, y in shapely.get_coordinates(ring)
            )
            + "Z"
            for ring in rings
        )

    drawn = [
        *(f'<path d="{path(shape)}" fill="#e4e2dc" stroke="#a8a49a"/>' for shape in plane[2:]),
        f'<path class="leading" d="{path(plane[0])}" fill="#c98b77" fill-opacity="0.6" stroke="#6e3a2a"/>',
        f'<path class="other" d="{path(plane[1])}" fill="none" stroke="#1f5fa8" stroke-width="2.5"'
        ' stroke-dasharray="7 4"/>',
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 {height + 60:.0f}" width="800"'
        ' font-family="Noto Sans CJK SC,Microsoft YaHei,sans-serif" font-size="15">'
        f'<rect width="800" height="{height + 60:.0f}" fill="#fff"/>'
        f'<svg width="800" height="{height:.0f}">{"".join(drawn)}</svg>'
        f'<path d="M12 {height - 12:.0f}h{10 * scale:.1f}" stroke="#000" stroke-width="3"/>'
        f'<text x="12" y="{height - 20:.0f}">10 m</text>'
        f'<text x="8" y="{height + 24:.0f}" fill="#6e3a2a">■ {escape(pair.first_title)}</text>'
        f'<text x="8" y="{height + 48:.0f}" fill="#1f5fa8">┅ {escape(pair.second_title)}</text></svg>'
    )
