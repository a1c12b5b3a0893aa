"""Finding types of reading: what can be wrong with a file, or with one of its records."""

from __future__ import annotations

from basedb.findings import Severity, define

EMPTY_FILE = define("reader.empty_file", Severity.ERROR, "文件为空", "the file is empty")
NO_ROWS = define("reader.no_rows", Severity.WARNING, "只有表头，没有数据行", "header only, no data rows")
WRONG_ENCODING = define(
    "reader.wrong_encoding", Severity.ERROR, "实际编码与约定不符", "the encoding is not the declared one"
)
STRAY_MARK = define(
    "reader.stray_mark",
    Severity.INFO,
    "文件以 UTF-8 标记（BOM）开头而内容不是 UTF-8，已忽略该标记",
    "the file begins with UTF-8's byte order mark and is not UTF-8; the mark was ignored",
)
NO_CRS = define("reader.no_crs", Severity.ERROR, "文件没有注明坐标系", "the file names no coordinate system")
CRS_OF_CONTRACT = define(
    "reader.crs_of_contract",
    Severity.INFO,
    "文件没有注明坐标系，按合同所定",
    "the file names no coordinate system; the contract's was taken",
)
CRS_OF_GEOJSON = define(
    "reader.crs_of_geojson",
    Severity.INFO,
    "GeoJSON 没有注明坐标系，按 RFC 7946 为 WGS 84",
    "GeoJSON that names no coordinate system is in WGS 84 by RFC 7946",
)
LAYER_WARNING = define(
    "reader.layer_warning",
    Severity.WARNING,
    "读取图层时有警告",
    "the layer was read with a warning",
)
TRUNCATED = define("reader.truncated", Severity.ERROR, "文件不完整", "the file is cut off")
BOMB = define("reader.bomb", Severity.ERROR, "解压后超出限额", "unpacking exceeds the limits")
ARCHIVE = define(
    "reader.archive", Severity.ERROR, "压缩包内容不符合约定", "the archive does not hold one data file"
)
MALFORMED = define("reader.malformed", Severity.ERROR, "文件结构损坏", "the file's structure is broken")
UNSAFE_XML = define("reader.unsafe_xml", Severity.ERROR, "XML 含 DTD 或实体定义", "the XML carries a DTD")
UNSUPPORTED = define("reader.unsupported", Severity.ERROR, "不支持的文件内容", "content that cannot be read")
NO_HEADER = define("reader.no_header", Severity.ERROR, "找不到表头", "no header row was found")
NO_SHEET = define("reader.no_sheet", Severity.ERROR, "没有约定的工作表", "the declared sheet is missing")
NO_CONNECTION = define(
    "reader.no_connection", Severity.ERROR, "无法读取来源数据库", "the source database failed"
)

DUPLICATE_COLUMN = define("reader.duplicate_column", Severity.ERROR, "列名重复", "a column appears twice")
WRONG_COLUMNS = define(
    "reader.wrong_columns", Severity.ERROR, "列与约定不符", "the columns are not the declared ones"
)
OTHER_EXTRACT = define(
    "reader.other_extract", Severity.ERROR, "文件属于另一来源", "the file is another department's extract"
)
REORDERED = define(
    "reader.columns_reordered", Severity.INFO, "列的次序有变", "the columns changed their order"
)
HEADER_MOVED = define(
    "reader.header_moved",
    Severity.INFO,
    "表头的位置或行数与约定不同",
    "the header stands elsewhere or has another number of rows",
)
ALIASED = define("reader.column_aliased", Severity.INFO, "列使用了别名", "a column came under an alias")
ABSENT = define("reader.column_absent", Severity.INFO, "文件没有可选列", "an optional column is absent")
OTHER_SHEETS = define(
    "reader.other_sheets", Severity.WARNING, "还有未读取的工作表", "other sheets were not read"
)
FORMULA = define(
    "reader.formula", Severity.INFO, "单元格为公式，取其缓存值", "a formula; its cached value was read"
)
TEXT_FORMULA = define(
    "reader.text_formula",
    Severity.INFO,
    '单元格写作 ="…"（Excel 保留文本的写法），已取引号内的内容',
    'the cell is written ="…", as Excel keeps text; what stands in the quotes was taken',
)
FORMULA_EMPTY = define(
    "reader.formula_without_value", Severity.WARNING, "公式没有缓存值", "a formula without a cached value"
)
HOLDERS = define(
    "reader.holders",
    Severity.INFO,
    "该列混有机构和个人，只取机构",
    "the column names organisations and people; only organisations were taken",
)
DOUBTFUL_HOLDER = define(
    "reader.doubtful_holder",
    Severity.INFO,
    "看不出是机构还是个人，未取",
    "neither clearly an organisation nor a person: not taken",
)
CUT_CHARACTER = define(
    "reader.cut_character",
    Severity.WARNING,
    "字段末尾截断了半个汉字",
    "half a character was cut off a field's end",
)
TRAILING_BYTES = define(
    "reader.trailing_bytes", Severity.WARNING, "记录之后还有数据", "there is data after the last record"
)

REPEATED_HEADER = define(
    "reader.repeated_header",
    Severity.WARNING,
    "表头在数据中间重复出现，按非数据计",
    "the header is repeated among the rows; the line is not counted as data",
)
SUMMARY_LINE = define(
    "reader.summary_line",
    Severity.WARNING,
    "像是合计、制表人一类的行，按非数据计；可在约定的 footnotes 中声明",
    "a line of totals or remarks, not counted as data; declare it under footnotes",
)

COUNT_MISMATCH = define(
    "reader.count_mismatch",
    Severity.WARNING,
    "记录数与文件自报的不符",
    "the number of records is not the one the file states",
)

COLUMN_COUNT = define("reader.column_count", Severity.ERROR, "列数不符", "wrong number of columns")
UNDECODABLE = define("reader.undecodable", Severity.ERROR, "含无法解码的字节", "bytes that cannot be decoded")
ROW_ENCODING = define(
    "reader.row_encoding",
    Severity.ERROR,
    "该行的编码与文件不同",
    "the row is in another encoding than its file",
)
NUL_BYTE = define("reader.nul_byte", Severity.ERROR, "含 NUL 字节", "a NUL byte")
UNCLOSED_QUOTE = define(
    "reader.unclosed_quote", Severity.ERROR, "引号没有闭合", "a quote that is never closed"
)
LONG_CELL = define(
    "reader.long_cell", Severity.ERROR, "值长得不合常理", "a value longer than any register holds"
)
BAD_RECORD = define("reader.bad_record", Severity.ERROR, "无法解析的记录", "a record that cannot be parsed")
