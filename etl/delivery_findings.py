"""The finding types about how a file arrived, in one place: a rebuild enters them again from the ledger."""

from __future__ import annotations

from basedb.findings import Severity, define

SHA_MISMATCH = define(
    "delivery.sha256_mismatch",
    Severity.ERROR,
    "文件与送达清单的 SHA-256 不符，可能传输不完整或清单有误",
    "the file does not have the SHA-256 its delivery list states",
)
MISSING = define(
    "delivery.missing",
    Severity.WARNING,
    "送达清单列有此文件，但没有收到",
    "listed as delivered but not there",
)
UNLISTED = define(
    "delivery.unlisted", Severity.WARNING, "文件不在送达清单内", "the file is in no delivery list"
)
AS_OF_DIFFERS = define(
    "delivery.as_of_differs",
    Severity.WARNING,
    "送达清单的数据日期与文件的不同，按文件的计",
    "the delivery list states another as-of date than the file; the file's is used",
)
AS_OF_AHEAD = define(
    "delivery.as_of_ahead",
    Severity.ERROR,
    "数据日期远在收到日期之后",
    "the as-of date lies far after the day of receipt",
)
NO_AS_OF = define(
    "delivery.no_as_of",
    Severity.ERROR,
    "无法确定文件的数据日期",
    "the file gives no as-of date",
)
UNREADABLE = define(
    "delivery.unreadable",
    Severity.ERROR,
    "文件或文件夹打不开",
    "the file or folder cannot be opened",
)
CHANGING = define(
    "delivery.changing",
    Severity.ERROR,
    "文件在读取时仍在写入",
    "the file was written to while it was read",
)
OUTSIDE = define(
    "delivery.outside", Severity.ERROR, "链接指向收件目录之外", "a link that leads out of the inbox"
)
FILE_NAME = define(
    "delivery.file_name",
    Severity.ERROR,
    "文件名含控制字符或不是 UTF-8",
    "the file's name holds control characters or is not UTF-8",
)
ROW_COUNT = define(
    "delivery.row_count",
    Severity.WARNING,
    "文件行数与送达清单不符",
    "the file has another number of rows than its delivery list says",
)
ROWS_NOT_FOUND = define(
    "delivery.rows_not_found",
    Severity.ERROR,
    "归档的文件里找不到要放行的行",
    "rows to be let in are not in the archived file",
)
