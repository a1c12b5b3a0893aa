"""Tables of the space base: features, their versions, sources and lineage, and one table per layer."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from basedb.master.tables import INSTANT, source_record_table
from basedb.store.geometry import Geometry
from basedb.store.labels import Secrecy, Sharing, column
from geospatial.layers import LAYERS, Layer

SCHEMA = "geospatial"
metadata = sa.MetaData()


def _times() -> list[sa.Column[Any]]:
    return [
        column("valid_from", sa.Date, "有效起始", required=True),
        column("valid_to", sa.Date, "有效终止（9999-12-31 为至今）", required=True),
        column("known_from", INSTANT, "我方获知时间", required=True),
        column("known_to", INSTANT, "我方认定失效时间（9999-12-31 为至今）", required=True),
        column("run_id", sa.BigInteger, "运行编号", required=True),
    ]


source_record = source_record_table(metadata, SCHEMA)

feature = sa.Table(
    "feature",
    metadata,
    column("feature_id", sa.BigInteger, "要素编号", primary_key=True),
    column("layer", sa.Text, "图层", required=True),
    column("status", sa.Text, "状态：current 现行、retired 已消失、redirected 已并入另一要素", required=True),
    column("redirected_to", sa.BigInteger, "并入的要素编号"),
    *_times(),
    schema=SCHEMA,
    comment="要素：稳定编号及其存续",
)

feature_version = sa.Table(
    "feature_version",
    metadata,
    column("record_id", sa.BigInteger, "来源记录版本编号", primary_key=True),
    column("feature_id", sa.BigInteger, "要素编号（关联多个要素时为重叠最大者）", required=True),
    column("layer", sa.Text, "图层", required=True),
    column("source", sa.Text, "来源", required=True),
    column("source_key", sa.Text, "来源主键", required=True),
    column("priority", sa.Integer, "来源优先级（101 为 GIS 编辑）", required=True),
    column("status", sa.Text, "状态：current 现行、superseded 已被替代、retired 已消失", required=True),
    column(
        "change_class",
        sa.Text,
        "变化类型：created 新增、unchanged 未变、attribute 属性变、vertex_noise 节点抖动、shifted 平移、"
        "reshaped 变形、split 分割、merged 合并、regrouped 重组、retired 编辑删除",
        required=True,
    ),
    column("source_geometry", sa.LargeBinary, "部门坐标系下的原图形（WKB）"),
    column("source_crs", sa.Text, "部门坐标系"),
    column("operation", sa.Text, "坐标转换方法"),
    column("accuracy", sa.Double, "转换所称精度（米）"),
    column("content_digest", sa.Uuid, "属性指纹"),
    column("geometry_digest", sa.Uuid, "图形指纹（规范化后，毫米）"),
    column("attributes", sa.JSON, "标准化属性", personal=True, secrecy=Secrecy.SENSITIVE),
    *_times(),
    column("geom", Geometry(), "图形（EPSG:4490）"),
    sa.Index("feature_version_feature", "feature_id"),
    sa.Index("feature_version_geom", "geom", postgresql_using="gist"),
    schema=SCHEMA,
    comment="要素版本：每个来源记录版本的图形、属性与变化类型",
)

feature_source = sa.Table(
    "feature_source",
    metadata,
    column("record_id", sa.BigInteger, "来源记录版本编号", primary_key=True),
    column("feature_id", sa.BigInteger, "要素编号", primary_key=True),
    column("role", sa.Text, "角色", required=True),
    column(
        "method",
        sa.Text,
        "认定方法：new 新建、key 同一主键、geometry 同一图形、conflation 多源合并",
        required=True,
    ),
    column("match_weight", sa.Double, "匹配权重（log2 比值）"),
    column("decided_at", INSTANT, "认定时间", required=True),
    column("run_id", sa.BigInteger, "运行编号", required=True),
    sa.Index("feature_source_feature", "feature_id"),
    schema=SCHEMA,
    comment="要素来源：来源记录版本与要素的多对多关系",
)

feature_lineage = sa.Table(
    "feature_lineage",
    metadata,
    column("from_feature", sa.BigInteger, "前身要素编号", required=True),
    column("to_feature", sa.BigInteger, "后继要素编号", required=True),
    column("layer", sa.Text, "图层", required=True),
    column(
        "relation",
        sa.Text,
        "关系：split 分割、merged 合并、regrouped 重组、rekeyed 换码、conflated 多源合并",
        required=True,
    ),
    column("source", sa.Text, "依据来源", required=True),
    column("from_key", sa.Text, "原主键"),
    column("to_key", sa.Text, "新主键"),
    column("from_name", sa.Text, "原名称"),
    column("to_name", sa.Text, "新名称"),
    column("effective", sa.Date, "生效日期", required=True),
    column("known_from", INSTANT, "我方获知时间", required=True),
    column("run_id", sa.BigInteger, "运行编号", required=True),
    schema=SCHEMA,
    comment="要素沿革：分割、合并、换码",
)

feature_match = sa.Table(
    "feature_match",
    metadata,
    column("record_id", sa.BigInteger, "次要来源的记录版本编号", primary_key=True),
    column("feature_id", sa.BigInteger, "主要来源的要素编号", primary_key=True),
    column("match_weight", sa.Double, "匹配权重（log2 比值）", required=True),
    column("overlap", sa.Double, "重叠面积占较小者的比例（去除系统偏移后）", required=True),
    column("iou", sa.Double, "交并比", required=True),
    column("grade", sa.Text, "等级：auto 自动认定、review 待人工", required=True),
    column("known_from", INSTANT, "我方获知时间", required=True),
    column("run_id", sa.BigInteger, "运行编号", required=True),
    schema=SCHEMA,
    comment="多源匹配：两套测绘成果中图形之间的匹配证据",
)

pair_judgement = sa.Table(
    "pair_judgement",
    metadata,
    column("record_id", sa.BigInteger, "来源记录版本编号", primary_key=True),
    column("layer", sa.Text, "图层", required=True),
    column("first_source", sa.Text, "主要来源", required=True),
    column("first_key", sa.Text, "主要来源主键", required=True),
    column("second_source", sa.Text, "次要来源", required=True),
    column("second_key", sa.Text, "次要来源主键", required=True),
    column("verdict", sa.Text, "判定：同一、不同、待定、撤销", required=True),
    column("judged_by", sa.Text, "判定人", required=True),
    column("judged_at", sa.Text, "判定时间", required=True),
    column("reason", sa.Text, "理由"),
    column("status", sa.Text, "状态：current 现行、superseded 已被替代、retired 已撤销", required=True),
    column("run_id", sa.BigInteger, "运行编号", required=True),
    schema=SCHEMA,
    comment="多源匹配判定：人对疑似同一要素的判定，优先于评分",
)

datum_parameter = sa.Table(
    "datum_parameter",
    metadata,
    column("record_id", sa.BigInteger, "来源记录版本编号", primary_key=True),
    column("name", sa.Text, "名称", required=True, sharing=Sharing.NONE),
    column("model", sa.Text, "模型：plane4 平面四参数、bursa3 三参数、bursa7 七参数", required=True),
    column("applies_to", sa.Text, "适用文件", sharing=Sharing.NONE),
    column("source_crs", sa.Text, "源坐标系", required=True),
    column("target_crs", sa.Text, "目标坐标系", required=True),
    column("definition", sa.JSON, "参数值", secrecy=Secrecy.SENSITIVE, sharing=Sharing.NONE),
    column("accuracy", sa.Double, "检核点最大残差（米）"),
    column("status", sa.Text, "状态：current 现行、superseded 已被替代、retired 已撤销", required=True),
    column("run_id", sa.BigInteger, "运行编号", required=True),
    schema=SCHEMA,
    comment="地方坐标转换参数（限授权人员）",
)


place = sa.Table(
    "place",
    metadata,
    column(
        "address",
        sa.Text,
        "地址文本（各库主表中的写法）",
        primary_key=True,
        personal=True,
        secrecy=Secrecy.SENSITIVE,
    ),
    column(
        "grade",
        sa.Text,
        "定位等级：unit 单元、building 楼栋、road_number 门牌、estate 小区、village 村（社区）、town 乡镇、"
        "county 县区、none 未定位",
        required=True,
    ),
    column("building_id", sa.BigInteger, "建筑物要素编号"),
    column("address_id", sa.BigInteger, "标准地址要素编号"),
    column("parcel_id", sa.BigInteger, "宗地要素编号"),
    column("division_code", sa.Text, "统计用区划代码"),
    column("division", sa.Text, "区划名称"),
    column("candidates", sa.Integer, "相符的建筑物数", required=True),
    column("longitude", sa.Double, "经度（EPSG:4490）"),
    column("latitude", sa.Double, "纬度（EPSG:4490）"),
    column("published_at", INSTANT, "定位时间", required=True),
    column("run_id", sa.BigInteger, "运行编号", required=True),
    sa.Index("place_building", "building_id"),
    schema=SCHEMA,
    comment="地址定位：各库主表中的地址所在的楼栋、宗地和区划",
)

place_count = sa.Table(
    "place_count",
    metadata,
    column(
        "address",
        sa.Text,
        "地址文本（各库主表中的写法）",
        required=True,
        personal=True,
        secrecy=Secrecy.SENSITIVE,
    ),
    column("entity", sa.Text, "实体（模式.表）", required=True),
    column("attribute", sa.Text, "地址属性", required=True),
    column("entities", sa.BigInteger, "在册且有效的实体数", required=True),
    column("run_id", sa.BigInteger, "运行编号", required=True),
    schema=SCHEMA,
    comment="地址上的人数与机构数：按实体和地址属性",
)


topology_error = sa.Table(
    "topology_error",
    metadata,
    column("layer", sa.Text, "图层", required=True),
    column(
        "kind",
        sa.Text,
        "错误：overlap 重叠、gap 缝隙、sliver 细碎面、outside_parcel 超出宗地、far_from_building 远离建筑物",
        required=True,
    ),
    column("feature_id", sa.BigInteger, "要素编号", required=True),
    column("other_id", sa.BigInteger, "相邻要素编号（-1 为无）", required=True),
    column("measure", sa.Double, "面积（平方米）；远离建筑物为距离（米）", required=True),
    column("published_at", INSTANT, "发现时间", required=True),
    column("run_id", sa.BigInteger, "运行编号", required=True),
    column("geom", Geometry(), "错误所在（EPSG:4490）"),
    sa.Index("topology_error_geom", "geom", postgresql_using="gist"),
    schema=SCHEMA,
    comment="拓扑错误：供 GIS 人员逐条核改的图层",
)


def _layer_table(layer: Layer) -> sa.Table:
    """The features of a layer as they stand: what GIS staff and SQL open."""
    attributes = [
        column(item.name, item.type, item.zh, personal=item.personal, secrecy=item.secrecy)
        for item in layer.attributes
    ]
    forms = [
        column(form.name, form.type, form.zh, secrecy=Secrecy.INTERNAL)
        for item in layer.attributes
        for form in item.features
    ]
    return sa.Table(
        layer.name,
        metadata,
        column("feature_id", sa.BigInteger, "要素编号", primary_key=True),
        *attributes,
        *forms,
        column("source", sa.Text, "图形来源", required=True),
        column("source_key", sa.Text, "图形来源主键", required=True),
        column("sources", sa.Integer, "来源记录数", required=True),
        column("valid_from", sa.Date, "有效起始", required=True),
        column("known_from", INSTANT, "我方获知时间", required=True),
        column("run_id", sa.BigInteger, "运行编号", required=True),
        column("geom", Geometry(layer.shape), "图形（EPSG:4490）"),
        sa.Index(f"{layer.name}_geom", "geom", postgresql_using="gist"),
        schema=SCHEMA,
        comment=f"{layer.zh}（现行）",
    )


LAYER_TABLES = {name: _layer_table(layer) for name, layer in LAYERS.items()}
