"""What kind of file it is, and in which encoding its text is; nothing is guessed where that would garble names."""

from __future__ import annotations

import codecs
import zipfile
from itertools import pairwise
from pathlib import Path

from sahelsim.errors import BadInput

__all__ = ["check_encoding", "sniff_encoding"]

_BLOCK = 1 << 20
_HEAD = 4096
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_LIKELY = ("cp1252", "mac_roman", "cp850")  # Windows, old Macintosh, DOS
_LETTERS = set("ŒœŠšŽžŸ’‘“”–—…°«»\xa0") | {chr(n) for n in range(0xC0, 0x100)} - {"×", "÷"}
_OTHER_KINDS = (
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls); save the sheet as CSV UTF-8"),
    (b"\x1f\x8b", "a gzip archive; unpack it first"),
    (b"PAR1", "a Parquet file; the GED reader takes CSV"),
    (b"%PDF", "a PDF document; GED comes as CSV"),
    (b"<", "a web page or XML, not CSV; the download may have failed"),
    (b"{", "JSON, not CSV; write the list under its `Result` as a CSV file"),
    (b"[", "JSON, not CSV; write it as a CSV file"),
)


def sniff_encoding(path: Path, *, chosen: bool) -> str:
    """``utf-8``, or what the file's byte-order mark says.

    Parameters
    ----------
    path : Path
        The file.
    chosen : bool
        Whether the user named the encoding: then only what is no text at all is refused.

    Raises
    ------
    BadInput
        It is a directory, cannot be read, is empty, or is something else than text.
    """
    if path.is_dir():
        csvs = sorted(path.glob("*.csv"))
        hint = f", such as {csvs[0]}" if csvs else ""
        raise BadInput(f"is a directory; give the CSV file in it{hint}", file=path)
    try:
        with path.open("rb") as stream:
            head = stream.read(_HEAD)
    except OSError as error:
        raise BadInput(f"cannot be read: {error.strerror or error}", file=path) from None
    if not head.strip():
        raise BadInput("is empty; expected a GED table with a line of column names", file=path)
    if head.startswith(b"PK\x03\x04"):
        raise BadInput(_what_zip(path), file=path)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    for magic, what in _OTHER_KINDS:
        if head.lstrip().startswith(magic):
            raise BadInput(f"is {what}", file=path)
    if b"\0" in head and not chosen:
        evens, odds = head[::2].count(0), head[1::2].count(0)
        if max(evens, odds) > len(head) // 4:
            name = "utf-16-be" if evens > odds else "utf-16-le"
            raise BadInput(f"is UTF-16 text without a mark that says so; {_say(name, path)}", file=path, line=1)
        raise BadInput("holds NUL bytes: it is no CSV file, or it is damaged", file=path)
    return "utf-8"


def _what_zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (OSError, zipfile.BadZipFile):
        return "is a broken ZIP archive; download it again"
    if any(name.startswith("xl/") for name in names):
        return "is an Excel workbook (.xlsx); download the CSV from UCDP, or save the sheet as CSV UTF-8"
    csvs = [name for name in names if name.lower().endswith(".csv")]
    return "is a ZIP archive; unpack it first" + (f" and give {csvs[0]}" if csvs else "")


def check_encoding(path: Path, encoding: str, *, chosen: bool) -> tuple[int, bool]:
    """Decode the whole file once.

    Parameters
    ----------
    path : Path
        The file.
    encoding : str
        How to read it.
    chosen : bool
        Whether the user named the encoding.

    Returns
    -------
    (int, bool)
        Number of lines, and whether the last one ends with a line break.

    Raises
    ------
    BadInput
        The encoding is unknown or wrong: with the line, and the encoding that would work.
    """
    try:
        "".encode(encoding)
    except LookupError:
        raise BadInput(f"no encoding {encoding!r} is known; try utf-8, cp1252 or utf-16", path="encoding") from None
    if chosen and codecs.lookup(encoding).name not in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"):
        _refuse_garbling(path, encoding)
    lines, last = 0, "\n"
    try:
        with path.open(encoding=encoding, newline="") as stream:
            while block := stream.read(_BLOCK):
                lines += block.count("\n")
                last = block[-1]
    except UnicodeError:
        raise _wrong(path, encoding) from None
    ended = last in "\r\n"
    return lines + (not ended), ended


def _refuse_garbling(path: Path, encoding: str) -> None:
    """A file that is UTF-8 must not be read as something else: every é would become Ã©, without an error."""
    data = path.read_bytes()
    if data.isascii():
        return
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return
    raise BadInput(f"is UTF-8 text; read as {encoding} its names would be garbled", file=path, path="encoding")


def _wrong(path: Path, encoding: str) -> BadInput:
    """Where the text stops making sense, and how that line would read in the likely encodings."""
    data = path.read_bytes()
    start = _first_fault(data, encoding)
    line = data.count(b"\n", 0, start) + 1
    if encoding.startswith("utf-16"):
        return BadInput("its UTF-16 text is broken or cut off here; download it again", file=path, line=line)
    begin = data.rfind(b"\n", 0, start) + 1
    end = data.find(b"\n", start)
    whole = data[begin : end if end >= 0 else len(data)]
    word = data[max(begin, start - 12) : start + 13].split(b"\n")[0]
    for name in _LIKELY:
        try:
            read, sample = whole.decode(name), word.decode(name)
            data.decode(name)
        except UnicodeDecodeError:
            continue
        if _readable(read):
            told = f"is not {encoding.upper()} text; as {name} it would read {sample.strip()!r}"
            return BadInput(f"{told}; {_say(name, path)}", file=path, line=line)
    shown = f"byte 0x{data[start]:02X}"
    return BadInput(f"is not {encoding.upper()} text ({shown}); save the table as CSV UTF-8", file=path, line=line)


def _readable(text: str) -> bool:
    """Letters and marks that French and English texts hold, and no capital within a word in small letters."""
    if not all(letter.isascii() or letter in _LETTERS for letter in text):
        return False
    return not any(b.isupper() and not b.isascii() and a.islower() for a, b in pairwise(text))


def _first_fault(data: bytes, encoding: str) -> int:
    try:
        data.decode(encoding)
    except UnicodeDecodeError as error:
        return error.start
    return len(data) - 1


def _say(name: str, path: Path) -> str:
    return f"give --encoding {name}, or save it as UTF-8: iconv -f {name} -t utf-8 {path.name} > utf8.csv"
