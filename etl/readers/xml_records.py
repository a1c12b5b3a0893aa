"""XML: one record element per row, its children and attributes as fields.

No DTD, no entities but the predefined and the numeric ones, no network.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from pathlib import Path

from lxml import etree

from etl.contract.model import Contract, ReaderSpec
from etl.readers import codes
from etl.readers.encoding import check_encoding, codec
from etl.readers.opening import open_bytes, refuse_holes
from etl.readers.records import Records
from etl.readers.result import ReadRefusal, ReadResult, rejected

_PROLOG = re.compile(r"^\s*<\?xml[^>]*\?>")
_DECLARED = re.compile(rb"^(?:\xef\xbb\xbf)?\s*<\?xml[^>]*encoding=[\"']([A-Za-z0-9._-]+)[\"']")
_ROOT = re.compile(r"<([^\s/>?!]+)")
_SAMPLE = 1 << 18
_BAD_BYTE = "\ufffd"


def read_xml(path: Path, contract: Contract, spec: ReaderSpec, others: Iterable[Contract] = ()) -> ReadResult:
    """Read the elements named `record`; `count` names the root's attribute that states their number.

    ReadRefusal if the XML is malformed, cut off or carries a DTD.
    """
    packed = open_bytes(path, spec.options)
    refuse_holes(path, packed)
    data = bytes(packed)
    text, lossy = _decoded(path, data, spec)
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise ReadRefusal(
            path, codes.UNSAFE_XML, "XML 含 DTD 或实体定义，请去掉", "remove the DTD and its entities"
        )
    records = Records()
    tag = spec.options["record"]
    source = io.BytesIO(_PROLOG.sub("", text, count=1).encode("utf-8", "surrogatepass"))
    row_no = 0
    try:
        events = etree.iterparse(
            source,
            events=("end",),
            tag=(tag, "{*}" + tag),
            encoding="utf-8",
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
        )
        for _, element in events:
            row_no += 1
            _take(records, row_no, element, lossy)
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    except etree.XMLSyntaxError as error:
        raise _broken(path, text, error) from error
    if "count" in spec.options and events.root is not None:
        records.compare_count(events.root.get(spec.options["count"]))
    return records.result(path, contract, others)


def _decoded(path: Path, data: bytes, spec: ReaderSpec) -> tuple[str, bool]:
    """The document's text, and whether bytes in it could not be decoded."""
    declared = _DECLARED.match(data)
    label = spec.options.get("encoding") or (declared.group(1).decode() if declared else "utf-8")
    encoding = codec(label, path)
    sample = data[:_SAMPLE]
    check_encoding(sample[: sample.rfind(b"\n") + 1] or data, encoding, path)
    if declared and codec(declared.group(1).decode(), path) != encoding:
        raise ReadRefusal(
            path,
            codes.WRONG_ENCODING,
            f"XML 声明的编码是 {declared.group(1).decode()}，约定是 {label}",
            f"the XML says {declared.group(1).decode()}, the contract {label}",
            line=1,
        )
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        return data.decode(encoding), False
    except UnicodeDecodeError:
        return data.decode(encoding, "replace"), True


def _take(records: Records, row_no: int, element: etree._Element, lossy: bool) -> None:
    row: dict[str, str | None] = {f"@{name}": value for name, value in element.attrib.items()}
    for child in element:
        if not isinstance(child.tag, str):
            continue
        name = child.tag.rpartition("}")[2]
        text = "".join(child.itertext()) if len(child) else child.text
        value = text.strip() or None if text else None
        if name in row:
            records.rejected.append(
                rejected(
                    row_no,
                    _raw(element),
                    codes.BAD_RECORD,
                    f"一条记录内“{name}”出现两次",
                    f"{name} appears twice in one record",
                )
            )
            return
        row[name] = value
    if lossy and any(value and _BAD_BYTE in value for value in row.values()):
        records.rejected.append(rejected(row_no, _raw(element), codes.UNDECODABLE))
    else:
        records.add(row_no, row)


def _raw(element: etree._Element) -> str:
    return str(etree.tostring(element, encoding="unicode", with_tail=False))


def _broken(path: Path, text: str, error: etree.XMLSyntaxError) -> ReadRefusal:
    message = error.msg or "syntax error"
    root = _ROOT.search(text)
    cut_off = root is not None and not text.rstrip().endswith(f"</{root.group(1)}>")
    return ReadRefusal(
        path,
        codes.TRUNCATED if cut_off else codes.MALFORMED,
        f"XML 无法解析：{message}，请重新传送",
        f"not well-formed XML: {message}",
        error.lineno,
    )
