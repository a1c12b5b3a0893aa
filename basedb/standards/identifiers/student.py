"""Student numbers 学籍号: a letter and, for most pupils, their citizen ID.

The number of the national register of pupils is G and the citizen ID; L and J stand before numbers
that schools gave to pupils without one (教育部 中小学生学籍管理办法, 2013).
"""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from basedb.findings import Standardized
from basedb.standards.columnar import TEXT, Findings, frame, to_arrow
from basedb.standards.identifiers.citizen import citizen_id


def student_number(series: pd.Series) -> Standardized:
    """Read a column of student numbers.

    Columns: `student_no`, trimmed, in capitals; `id_number`, the citizen ID in it where it is a valid one.
    """
    number = pc.ascii_upper(pc.utf8_trim_whitespace(to_arrow(series)))
    number = pc.if_else(pc.equal(number, ""), pa.scalar(None, TEXT), number)
    inner = pc.if_else(pc.starts_with(number, "G"), pc.utf8_slice_codeunits(number, 1), pa.scalar(None, TEXT))
    read = citizen_id(pd.Series(inner.to_pandas(), dtype="string")).columns
    own = to_arrow(read["id_number"].where(read["id_valid"].fillna(False).astype(bool)))
    return Standardized(frame({"student_no": number, "id_number": own}, series.index), Findings().frame())
