"""Maps one can look at: a page with everything inside, and a picture."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from basedb import fonts
from basedb.whole_file import whole_file, write_whole
from geospatial.follow import in_metres, metric
from geospatial.given import Geometries
from geospatial.layers import Layer
from geospatial.sharing.styles import STYLES

_WIDTH = 1200
_MARGIN = 0.03

_PAGE = """<!DOCTYPE html>
<html lang="zh"><head><meta charset="utf-8"><title>{title}</title>
<style>body{{margin:0;font:14px {font};display:flex;height:100vh}}#side{{padding:12px;width:180px}}
h1{{font-size:16px}}label{{display:block;margin:4px 0}}svg{{flex:1;background:#fbfbf8}}
text{{font:11px {font};paint-order:stroke;stroke:#fff;stroke-width:3px}}</style></head><body>
<div id="side"><h1>{title}</h1>{boxes}<p>{note}</p></div>
<svg id="map" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg"><g id="all">{body}</g></svg>
<script>
const svg=document.getElementById('map');let box=[0,0,{width},{height}],drag=null;
const show=()=>svg.setAttribute('viewBox',box.join(' '));
svg.addEventListener('wheel',e=>{{e.preventDefault();const k=e.deltaY<0?0.8:1.25,r=svg.getBoundingClientRect();
const x=box[0]+(e.clientX-r.left)/r.width*box[2],y=box[1]+(e.clientY-r.top)/r.height*box[3];
box=[x-(x-box[0])*k,y-(y-box[1])*k,box[2]*k,box[3]*k];show();}});
svg.addEventListener('mousedown',e=>drag=[e.clientX,e.clientY]);addEventListener('mouseup',()=>drag=null);
addEventListener('mousemove',e=>{{if(!drag)return;const r=svg.getBoundingClientRect();
box[0]-=(e.clientX-drag[0])/r.width*box[2];box[1]-=(e.clientY-drag[1])/r.height*box[3];drag=[e.clientX,e.clientY];show();}});
document.querySelectorAll('input').forEach(i=>i.onchange=()=>
document.getElementById(i.value).style.display=i.checked?'':'none');
</script></body></html>
"""


class Sheet:
    """Layers on one plane of metres, from the ground up, within a frame."""

    def __init__(self, layers: Mapping[Layer, pd.DataFrame], frame: shapely.Geometry | None = None):
        every = [rows["geom"].to_numpy(object) for rows in layers.values()]
        shapes = np.concatenate(
            [group[~shapely.is_missing(group)] for group in every] or [np.array([], object)]
        )
        to_metres = metric(shapes)
        ground = in_metres(np.array([frame], object), to_metres)[0] if frame is not None else None
        self.rows: dict[Layer, pd.DataFrame] = {}
        for layer, rows in sorted(layers.items(), key=lambda item: STYLES[item[0].name].order):
            kept = rows[~shapely.is_missing(rows["geom"].to_numpy(object))]
            plane = in_metres(kept["geom"].to_numpy(object), to_metres)
            inside = np.ones(len(kept), bool) if ground is None else shapely.intersects(plane, ground)
            self.rows[layer] = kept[inside].assign(plane=plane[inside])
        area = shapely.total_bounds(
            np.array([ground], object)
            if ground is not None
            else np.concatenate([rows["plane"].to_numpy(object) for rows in self.rows.values()])
        )
        west, south, east, north = area if np.isfinite(area).all() else (0.0, 0.0, 1.0, 1.0)
        margin = max(east - west, north - south, 1.0) * _MARGIN
        self.bounds = (west - margin, south - margin, east + margin, north + margin)


def html_map(path: Path, sheet: Sheet, title: str) -> None:
    """Write a page that holds the map itself: scroll to zoom, drag to move, layers to tick off."""
    west, south, east, north = sheet.bounds
    scale = _WIDTH / (east - west)
    body, boxes = [], []
    for layer, rows in sheet.rows.items():
        shapes = shapely.transform(
            rows["plane"].to_numpy(object),
            lambda p: np.column_stack([(p[:, 0] - west) * scale, (north - p[:, 1]) * scale]),
        )
        body.append(f'<g id="{layer.name}">{_drawn(layer, rows, np.asarray(shapes, object))}</g>')
        boxes.append(
            f'<label><input type="checkbox" checked value="{layer.name}"> {escape(layer.zh)} {len(rows):,}</label>'
        )
    page = _PAGE.format(
        title=escape(title), font=fonts.CSS, boxes="".join(boxes), width=_WIDTH, height=round((north - south) * scale),
        body="".join(body), note="滚轮缩放，拖动平移<br>scroll to zoom, drag to move",
    )  # fmt: skip
    write_whole(path, page)


def _drawn(layer: Layer, rows: pd.DataFrame, shapes: Geometries) -> str:
    style = STYLES[layer.name]
    paint = (
        f'fill="{_css(style.fill)}" stroke="{_css(style.stroke)}" stroke-width="{max(style.width * 2, 0.3):.2f}"'
        ' vector-effect="non-scaling-stroke"'
    )
    labels = rows[layer.label].fillna("").astype(str)
    drawn = []
    for shape, label in zip(shapes, labels, strict=True):
        title = f"<title>{escape(label)}</title>" if label else ""
        if layer.dimension == 0:
            drawn.append(f'<circle cx="{shape.x:.2f}" cy="{shape.y:.2f}" r="1.5" {paint}>{title}</circle>')
        else:
            fill = (
                paint if layer.dimension == 2 else paint.replace(f'fill="{_css(style.fill)}"', 'fill="none"')
            )
            drawn.append(f'<path d="{_path(shape)}" fill-rule="evenodd" {fill}>{title}</path>')
    return "".join(drawn)


def _path(shape: shapely.Geometry) -> str:
    lines = (
        shapely.get_parts(shapely.boundary(shape))
        if shape.geom_type.endswith("Polygon")
        else shapely.get_parts(shape)
    )
    parts = []
    for line in lines:
        points = [f"{x:.2f} {y:.2f}" for x, y in shapely.get_coordinates(line)]
        parts.append("M" + "L".join(points))
    return "".join(parts)


def png_map(path: Path, sheet: Sheet, title: str) -> None:
    """Draw a picture with matplotlib (the extra ``maps``); ModuleNotFoundError without it."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.collections import Collection, LineCollection, PathCollection
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch
    from matplotlib.path import Path as Outline

    west, south, east, north = sheet.bounds
    figure = Figure(figsize=(10, max(3.0, min(10 * (north - south) / (east - west), 14))), dpi=130)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.01, 0.01, 0.98, 0.93))
    handles: list[Collection | Patch] = []
    for layer, rows in sheet.rows.items():
        style = STYLES[layer.name]
        fill, stroke = _unit(style.fill), _unit(style.stroke)
        shapes = rows["plane"].to_numpy(object)
        if layer.dimension == 0:
            x, y = shapely.get_x(shapes), shapely.get_y(shapes)
            drawn: Collection = axes.scatter(x, y, s=8, color=[fill], edgecolors=[stroke], linewidths=0.3)
        elif layer.dimension == 1:
            lines = [shapely.get_coordinates(part) for part in shapely.get_parts(shapes)]
            drawn = axes.add_collection(LineCollection(lines, colors=[stroke], linewidths=style.width * 2))
        else:
            outlines = [Outline.make_compound_path(*map(Outline, _rings(shape))) for shape in shapes]
            drawn = axes.add_collection(
                PathCollection(outlines, facecolors=[fill], edgecolors=[stroke], linewidths=style.width * 2)
            )
        drawn.set_zorder(style.order)
        label = f"{layer.zh} {len(rows):,}"
        drawn.set_label(label)
        handles.append(
            Patch(facecolor=fill, edgecolor=stroke, label=label) if layer.dimension == 2 else drawn
        )
    axes.set_xlim(west, east)
    axes.set_ylim(south, north)
    axes.set_aspect("equal")
    axes.set_axis_off()
    family = fonts.picture_family()
    figure.suptitle(title, fontfamily=family, fontsize=14)
    legend = axes.legend(handles=handles, loc="lower left", fontsize=8, framealpha=0.9)
    for text in legend.get_texts():
        text.set_fontfamily(family)
    with whole_file(path) as part:
        figure.savefig(part)


def _rings(shape: shapely.Geometry) -> list[np.ndarray]:
    return [shapely.get_coordinates(ring) for ring in shapely.get_parts(shapely.boundary(shape))]


def _unit(colour: tuple[int, int, int, int]) -> tuple[float, float, float, float]:
    red, green, blue, opacity = colour
    return red / 255, green / 255, blue / 255, opacity / 255


def _css(colour: tuple[int, int, int, int]) -> str:
    red, green, blue, opacity = colour
    return f"rgba({red},{green},{blue},{opacity / 255:.2f})"
