"""Small files of every kind, made on the spot."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

HTML = """<!doctype html><html><head><title> The  river </title><style>p { color: red }</style>
<script>var hidden = "scriptword";</script></head>
<body><nav><a href="/">navigationword</a></nav>
<h1>Weir <b>re</b>moval</h1>
<p>First line<br>second line with <i>inline</i> words.</p>
<table><tr><th>Who</th><th>When</th></tr><tr><td>Ines</td><td>May</td></tr></table>
<table><tr><td><p>laid out</p><div>in cells</div></td></tr></table>
<ul><li>one</li><li>two</li></ul>
<pre>kept
  lines</pre>
<template>templateword</template><noscript>noscriptword</noscript>
<footer>footerword</footer></body></html>"""

HTML_SAYS = """Weir removal

First line
second line with inline words.

Who | When
Ines | May

laid out

in cells

one

two

kept
lines"""

MAIL = b"""From: =?utf-8?q?J=C3=BCrgen?= <j@river.example>
To: Board <board@river.example>
Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?= from the mill
Date: Mon, 24 Nov 2025 17:42:00 +0100
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="xyz"

--xyz
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

The M=FChle is quiet.
--xyz
Content-Type: application/pdf
Content-Disposition: attachment; filename="plan.pdf"
Content-Transfer-Encoding: base64

JVBERi0=
--xyz--
"""

MAIL_SAYS = """From: Jürgen <j@river.example>
To: Board <board@river.example>
Date: Mon, 24 Nov 2025 17:42:00 +0100
Subject: Grüße from the mill

The Mühle is quiet.

Attached: plan.pdf"""

RTF = rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}\f0 Gr\'fc\'dfe from \b the weir\b0.\par Second paragraph.}"


def zipped(entries: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in entries.items():
            stored = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(name, content, stored)
    return out.getvalue()


def word() -> bytes:
    import docx

    document = docx.Document()
    document.core_properties.author = "Ines Falk"
    document.add_heading("Sheet wall", 1)
    document.add_paragraph("Before the table.")
    table = document.add_table(rows=2, cols=3)
    for cell, text in zip(table.rows[0].cells, ("Who", "Pays", "Until"), strict=True):
        cell.text = text
    table.rows[1].cells[0].merge(table.rows[1].cells[1]).text = "merged cell"
    table.rows[1].cells[2].text = "May"
    document.add_paragraph("After the table.")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def sheets() -> bytes:
    from datetime import datetime

    import openpyxl

    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    first.title = "Gauge"
    first.append(["day", "metres", "note"])
    first.append([datetime(2024, 1, 27), 41.64, "overtopped"])  # noqa: DTZ001 - as Excel has it
    first.append([None, 41, None])
    second = book.create_sheet("Costs")
    second["C4"] = "sheet wall"
    second["D4"] = 55
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def slides() -> bytes:
    import pptx
    from pptx.util import Inches

    show = pptx.Presentation()
    first = show.slides.add_slide(show.slide_layouts[0])
    first.shapes.title.text = "Upper weir"
    second = show.slides.add_slide(show.slide_layouts[5])
    second.shapes.title.text = "Costs"
    table = second.shapes.add_table(1, 2, 0, 0, Inches(4), Inches(1)).table
    table.cell(0, 0).text, table.cell(0, 1).text = "wall", "55"
    second.notes_slide.notes_text_frame.text = "speak slowly"
    out = io.BytesIO()
    show.save(out)
    return out.getvalue()


def book() -> bytes:
    container = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
    )
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        "<metadata><dc:title>River book</dc:title><dc:creator>T. Reed</dc:creator></metadata><manifest>"
        '<item id="b" href="second%20part.xhtml"/><item id="a" href="first.xhtml"/></manifest>'
        '<spine><itemref idref="a"/><itemref idref="b"/><itemref idref="gone"/></spine></package>'
    )
    return zipped(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": container,
            "OEBPS/book.opf": package,
            "OEBPS/first.xhtml": "<html><body><p>First chapter.</p></body></html>",
            "OEBPS/second part.xhtml": "<html><body><p>Second chapter.</p></body></html>",
        }
    )


def open_document() -> bytes:
    content = (
        '<o:document-content xmlns:o="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:t="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
        'xmlns:b="urn:oasis:names:tc:opendocument:xmlns:table:1.0"><o:body><o:text>'
        "<t:h>Sheet <t:span>wall</t:span></t:h><t:p>Eleven metres.</t:p>"
        "<b:table><b:table-row><b:table-cell><t:p>one</t:p></b:table-cell>"
        "<b:table-cell><t:p>two</t:p></b:table-cell></b:table-row></b:table>"
        "</o:text></o:body></o:document-content>"
    )
    return zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content})


def picture(
    kind: str, *, size: tuple[int, int] = (40, 30), exif: Callable[[Any], None] | None = None
) -> bytes:
    from PIL import Image

    image = Image.new("RGB", size, (30, 90, 160))
    out = io.BytesIO()
    if exif is None:
        image.save(out, kind)
    else:
        block = Image.Exif()
        exif(block)
        image.save(out, kind, exif=block)
    return out.getvalue()
