"""Makes the broken documents that lie beside it; their names say what is broken.

python tests/formats/documents/make_documents.py
"""

from __future__ import annotations

import io
import sys
import zipfile
import zlib
from pathlib import Path

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[2]
DEMO = REPOSITORY / "resources" / "demo" / "files"

LAUGHS = b"""<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">
<!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;"><!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;">]>
<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>&e;</w:t>
</w:r></w:p></w:body></w:document>"""


def half(data: bytes) -> bytes:
    return data[: len(data) // 2]


def locked_pdf(data: bytes) -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    writer.encrypt("secret", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def with_document(data: bytes, replacement: bytes) -> bytes:
    """A Word file whose main part is something else."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, replacement if entry.filename == "word/document.xml" else old.read(entry))
    return out.getvalue()


def without(data: bytes, name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if entry.filename != name:
                new.writestr(entry, old.read(entry))
    return out.getvalue()


def flipped(data: bytes) -> bytes:
    """One bit of the compressed main part is another one."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entry = archive.getinfo("word/document.xml")
    broken = bytearray(data)
    broken[entry.header_offset + 30 + len(entry.filename) + entry.compress_size // 2] ^= 0x10
    return bytes(broken)


def encrypted_office() -> bytes:
    """The beginning of the container that Office puts an encrypted file into."""
    directory = "EncryptedPackage".encode("utf-16-le").ljust(128, b"\0")
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\0") + directory + bytes(1024)


def png(width: int, height: int, rows: bytes) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)

    head = width.to_bytes(4) + height.to_bytes(4) + bytes((1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def bomb(width: int, height: int) -> bytes:
    return png(width, height, zlib.compress(bytes((width // 8 + 1) * height), 9))


def main() -> None:
    pdf = (DEMO / "Weir removal options.pdf").read_bytes()
    word = (DEMO / "Agreement with the mill.docx").read_bytes()
    jpeg = (DEMO / "Upper weir from the left bank.jpg").read_bytes()
    chart = (DEMO / "Gauge winter 2025.png").read_bytes()
    made = {
        "pdf-cut-in-half.pdf": half(pdf),
        "pdf-cut-before-the-first-page.pdf": pdf[:300],
        "pdf-needs-a-password.pdf": locked_pdf(pdf),
        "text-named-pdf.pdf": b"This is only text, whatever its name says.\n",
        "docx-cut-in-half.docx": half(word),
        "docx-with-a-flipped-bit.docx": flipped(word),
        "docx-without-its-document.docx": without(word, "word/document.xml"),
        "docx-that-unpacks-to-140-mb.docx": with_document(word, b" " * (140 << 20)),
        "docx-with-entities.docx": with_document(word, LAUGHS),
        "docx-needs-a-password.docx": encrypted_office(),
        "png-cut-in-half.png": half(chart),
        "png-of-400-megapixels.png": bomb(20_000, 20_000),
        "jpeg-cut-in-half.jpg": half(jpeg),
        "jpeg-of-eleven-bytes.jpg": jpeg[:11],
        "text-in-windows-1252.txt": "Grüße von der Mühle – 5 € für die Brücke\n".encode("cp1252"),
        "text-in-utf-16.txt": "Grüße von der Mühle\n".encode("utf-16"),
        "bytes-named-txt.txt": bytes(range(256)) * 8,
        "empty.md": b"",
    }
    for name, content in made.items():
        (HERE / name).write_bytes(content)
    sys.stdout.write(f"{len(made)} files, {sum(map(len, made.values())):,} bytes\n")


if __name__ == "__main__":
    main()
