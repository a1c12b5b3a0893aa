"""Recording who read personal rows, and what for."""

from __future__ import annotations

import getpass

import psycopg2

from basedb.masking import mask_text
from basedb.store import Store, StoreError
from basedb.store.audit_file import append, audit_path
from basedb.store.embedded import EmbeddedStore

UNSTATED = "未说明 / not stated"
# The audit file finds its last line within the last megabyte.
_LONGEST = 100_000


def record(store: Store, command: str, purpose: str, detail: str, rows: int) -> None:
    """Enter one read of personal rows; StoreError if it cannot be entered: then nothing may be shown.

    Numbers in `detail` are masked: the record of who read what is read by others, too.

    PostgreSQL: a row of ``basedb.audit``. Embedded: a line of the audit file, which the next
    publication takes into the table.
    """
    account, told, detail = getpass.getuser(), purpose or UNSTATED, mask_text(detail[:_LONGEST])
    if isinstance(store, EmbeddedStore):
        append(
            audit_path(store.path),
            {"account": account, "command": command, "purpose": told, "detail": detail, "rows": rows},
        )
        return
    try:
        connection = psycopg2.connect(store.conninfo("basedb audit"))
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO basedb.audit (read_at, account, command, purpose, detail, rows)"
                    " VALUES (clock_timestamp(), %s || '@' || session_user, %s, %s, %s, %s)",
                    [account, command, told, detail, rows],
                )
        finally:
            connection.close()
    except psycopg2.Error as error:
        raise StoreError(f"无法写访问记录：{error} / cannot write the audit row") from error
