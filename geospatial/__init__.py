"""The space base: layers that departments agree on, keyed on geometry."""

from pathlib import Path

from basedb.domain import Attribute, StagedDomain
from geospatial.after_night import after_night
from geospatial.conflation.queue import LayerPairs
from geospatial.follow import Follow
from geospatial.gather import Gather
from geospatial.layers import LAYERS
from geospatial.migrations import MIGRATIONS
from geospatial.prepare import Prepare
from geospatial.publish import PublishFeatures
from geospatial.tables import metadata, source_record

_HERE = Path(__file__).parent

#: What a contract may map columns to beside the attributes of its layer.
_PLACES = (
    Attribute("geometry", "图形（WKB 十六进制）", personal=False),
    Attribute("wkt", "图形（WKT 文本）", personal=False),
    Attribute("longitude", "经度或横坐标", personal=False),
    Attribute("latitude", "纬度或纵坐标", personal=False),
    Attribute("crs", "坐标系", personal=False),
    Attribute("operation", "变更类型", personal=False),
    Attribute("part", "分幅", personal=False),
    Attribute("shape", "图形指纹", personal=False),
    Attribute("file_name", "参数文件名", personal=False),
    Attribute("text", "参数文本", personal=False),
    Attribute("first_source", "主要来源", personal=False),
    Attribute("first_key", "主要来源主键", personal=False),
    Attribute("second_source", "次要来源", personal=False),
    Attribute("second_key", "次要来源主键", personal=False),
    Attribute("verdict", "判定", personal=False),
    Attribute("judged_by", "判定人", personal=False),
    Attribute("judged_at", "判定时间", personal=False),
    Attribute("reason", "理由", personal=False),
    Attribute("edit_key", "编辑编号", personal=False),
    Attribute("feature_id", "要素编号", personal=False),
    Attribute("edited_values", "改动的属性（JSON，清空的为 null）", personal=False),
    Attribute("edited_by", "编辑人", personal=False),
    Attribute("edited_at", "编辑时间", personal=False),
    Attribute("stood_since", "编辑时该要素现状的获知时间（微秒）", personal=False),
)

_SETTINGS = {
    "type": "object",
    "properties": {
        "layer": {"enum": sorted(LAYERS)},
        "priority": {"type": "integer", "minimum": 0, "maximum": 100},
        "edits": {"const": True},
        "judgements": {"const": True},
        "crs": {"type": "string", "minLength": 3},
        "registry": {"const": "datum_parameter"},
    },
    "oneOf": [
        {"required": ["layer", "priority"]},
        {"required": ["layer", "edits"]},
        {"required": ["layer", "judgements"]},
        {"required": ["registry"]},
    ],
    "additionalProperties": False,
}


def _attributes() -> tuple[Attribute, ...]:
    """Every layer's attributes, one of each name."""
    known = {item.name: item for layer in LAYERS.values() for item in layer.attributes}
    return (*known.values(), *_PLACES)


DOMAIN = StagedDomain(
    name="geospatial",
    title="自然资源和空间地理基础信息库",
    metadata=metadata,
    source_record=source_record,
    contracts=_HERE / "sources",
    views=_HERE / "views",
    migrations=MIGRATIONS,
    attributes=_attributes(),
    settings_schema=_SETTINGS,
    prepare=(Prepare(),),
    master=(Follow(), Gather()),
    publish=(PublishFeatures(),),
    after_night=after_night,
    successions=("geospatial.division_succession",),
    pairs=LayerPairs(LAYERS["building"]),
)
