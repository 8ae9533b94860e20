"""The two pictures of the demo, drawn: the weir from the left bank, and the gauge of one winter."""

from __future__ import annotations

import io
import math
import random

from PIL import Image, ImageDraw, ImageFilter, ImageFont
from report import level

Point = tuple[float, float]
Colour = tuple[int, int, int]


def _mix(a: Colour, b: Colour, share: float) -> Colour:
    return (
        round(a[0] + (b[0] - a[0]) * share),
        round(a[1] + (b[1] - a[1]) * share),
        round(a[2] + (b[2] - a[2]) * share),
    )


def _hill(width: int, base: float, height: float, phase: float) -> list[Point]:
    ridge = [
        (
            float(x),
            base
            - height
            * (0.6 + 0.4 * math.sin(x / width * 5.3 + phase) + 0.15 * math.sin(x / width * 17 + 2 * phase)),
        )
        for x in range(0, width + 8, 8)
    ]
    return [*ridge, (width + 8.0, 4000.0), (0.0, 4000.0)]


def _tree(draw: ImageDraw.ImageDraw, dice: random.Random, x: float, y: float, size: float) -> None:
    draw.rectangle((x - size * 0.05, y - size * 0.5, x + size * 0.05, y), fill=(78, 62, 48))
    for _ in range(70):
        angle, reach = dice.uniform(0, math.tau), dice.uniform(0, 0.38) * size
        cx = x + math.cos(angle) * reach
        cy = y - size * 0.75 + math.sin(angle) * reach * 0.85
        radius = dice.uniform(0.06, 0.15) * size
        light = max(0.0, min(1.0, 0.5 - (cy - (y - size * 0.75)) / size + dice.uniform(-0.2, 0.2)))
        colour = _mix((52, 82, 48), (138, 160, 82), light)
        draw.ellipse((cx - radius, cy - radius, cx + radius, cy + radius), fill=colour)


def weir() -> Image.Image:
    """A river that falls over a low wall, between meadows, under a summer sky."""
    width, height = 2400, 1800
    x: float
    y: float
    dice = random.Random(1794)
    image = Image.new("RGB", (width, height))
    draw = ImageDraw.Draw(image)
    for y in range(height):
        draw.line((0, y, width, y), fill=_mix((142, 182, 214), (238, 232, 214), min(1.0, y / 800)))
    for _ in range(7):
        cx, cy = dice.uniform(0, width), dice.uniform(120, 420)
        for _ in range(24):
            x, y = cx + dice.gauss(0, 130), cy + dice.gauss(0, 22)
            size = dice.uniform(25, 70)
            draw.ellipse(
                (x - size * 1.6, y - size * 0.5, x + size * 1.6, y + size * 0.5), fill=(246, 244, 238)
            )
    image = image.filter(ImageFilter.GaussianBlur(7))
    draw = ImageDraw.Draw(image)
    draw.polygon(_hill(width, 800, 190, 0.4), fill=(146, 168, 178))
    draw.polygon(_hill(width, 850, 150, 2.1), fill=(122, 150, 138))
    draw.polygon(_hill(width, 900, 110, 4.0), fill=(112, 146, 96))
    draw.rectangle((0, 900, width, height), fill=(128, 156, 86))
    for x in range(60, 900, 95):
        _tree(draw, dice, x + dice.uniform(-30, 30), 925 + dice.uniform(-12, 16), dice.uniform(130, 220))
    for x in range(1560, width, 80):
        _tree(draw, dice, x + dice.uniform(-30, 30), 930 + dice.uniform(-12, 20), dice.uniform(140, 250))

    # The pond above the sill, the fall, and the river below, which comes towards the eye.
    draw.polygon([(880, 905), (1500, 905), (1780, 1080), (560, 1080)], fill=(128, 160, 176))
    for _ in range(260):
        y = dice.uniform(912, 1075)
        reach = (y - 905) / 175
        x = dice.uniform(880 - 300 * reach, 1500 + 250 * reach)
        shade = _mix((128, 160, 176), (206, 222, 226), dice.random())
        draw.line((x, y, x + dice.uniform(15, 70), y), fill=shade, width=2)
    draw.polygon([(520, 1078), (1820, 1078), (1836, 1104), (504, 1104)], fill=(150, 146, 136))
    draw.polygon([(504, 1104), (1836, 1104), (1880, 1225), (440, 1225)], fill=(176, 196, 200))
    for _ in range(900):
        x = dice.uniform(510, 1830)
        drift = (x - 1170) * 0.07
        top = dice.uniform(1104, 1190)
        shade = _mix((150, 178, 186), (250, 252, 252), dice.random())
        draw.line(
            (x, top, x + drift * 0.6, top + dice.uniform(18, 48)), fill=shade, width=dice.choice((2, 3, 4))
        )
    draw.polygon([(440, 1222), (1880, 1222), (2280, 1800), (-60, 1800)], fill=(96, 128, 136))
    for _ in range(1500):
        y = 1222 + (dice.random() ** 1.6) * 578
        reach = (y - 1222) / 578
        x = dice.uniform(440 - 480 * reach, 1880 + 380 * reach)
        shade = _mix((78, 108, 118), (198, 214, 214), dice.random() ** 2)
        draw.line((x, y, x + dice.uniform(10, 40 + 90 * reach), y), fill=shade, width=2 + round(3 * reach))
    for _ in range(420):
        x, y = dice.uniform(430, 1890), 1228 + abs(dice.gauss(0, 26))
        size = dice.uniform(4, 15)
        draw.ellipse(
            (x - size * 2, y - size, x + size * 2, y + size),
            fill=_mix((210, 224, 226), (255, 255, 255), dice.random()),
        )
    for side in (-1, 1):
        for _ in range(46):
            y = dice.uniform(1180, 1780)
            reach = (y - 1222) / 578
            edge = 440 - 490 * reach if side < 0 else 1880 + 400 * reach
            x, size = edge + side * dice.uniform(-20, 60), dice.uniform(16, 34) * (1 + reach)
            colour = _mix((120, 116, 106), (176, 170, 156), dice.random())
            draw.ellipse((x - size, y - size * 0.6, x + size, y + size * 0.6), fill=colour)
    for _ in range(2600):
        side = dice.choice((-1, 1))
        y = dice.uniform(930, 1795)
        reach = max(0.0, (y - 1080) / 720)
        edge = 540 - 640 * reach if side < 0 else 1810 + 520 * reach
        x = edge + side * dice.uniform(40, 900)
        tall = dice.uniform(8, 22) * (0.6 + 1.6 * reach)
        colour = _mix((86, 118, 62), (176, 188, 104), dice.random())
        draw.line((x, y, x + dice.uniform(-6, 6), y - tall), fill=colour, width=2 + round(2 * reach))
    return image.resize((1600, 1200), Image.Resampling.LANCZOS)


def weir_jpeg() -> bytes:
    """With the time, place in the hand and name that a camera writes."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Aldermoor", "Parish camera"
    exif[0x010E] = "Upper weir from the left bank"
    exif[0x0112] = 1
    inner = exif.get_ifd(0x8769)
    inner[0x9003], inner[0x9011] = "2025:06:27 14:03:11", "+02:00"
    out = io.BytesIO()
    weir().save(out, "JPEG", quality=82, optimize=True, exif=exif)
    return out.getvalue()


def gauge_png() -> bytes:
    """The hourly gauge as a chart."""
    scale = 2
    width, height = 1100 * scale, 620 * scale
    image = Image.new("RGB", (width, height), (252, 252, 250))
    draw = ImageDraw.Draw(image)
    left, right, top, bottom = 90 * scale, 1060 * scale, 90 * scale, 550 * scale
    low, high = 40.0, 42.2

    def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
        return ImageFont.load_default(size * scale)

    def place(day: float, value: float) -> Point:
        return (left + (right - left) * day / 182, bottom - (bottom - top) * (value - low) / (high - low))

    draw.text((left, 28 * scale), "Upper gauge, winter 2024/25", font=font(26), fill=(30, 34, 40))
    draw.text((left, 60 * scale), "metres above datum, daily mean", font=font(15), fill=(120, 124, 130))
    for step in range(5):
        mark = 40.0 + 0.5 * step
        y = place(0, mark)[1]
        draw.line((left, y, right, y), fill=(224, 226, 230), width=scale)
        draw.text((34 * scale, y - 9 * scale), f"{mark:.1f}", font=font(15), fill=(110, 114, 120))
    for day, name in ((0, "Oct"), (31, "Nov"), (61, "Dec"), (92, "Jan"), (123, "Feb"), (151, "Mar")):
        draw.text((place(day, low)[0], bottom + 12 * scale), name, font=font(15), fill=(110, 114, 120))
    limit = place(0, 41.6)[1]
    draw.line((left, limit, right, limit), fill=(200, 70, 50), width=2 * scale)
    draw.text(
        (left + 6 * scale, limit - 22 * scale),
        "machine leaves the bed: 41.6",
        font=font(15),
        fill=(200, 70, 50),
    )
    curve = [
        place(
            day / 4,
            level(day // 4, below=False)
            + (level(day // 4 + 1, below=False) - level(day // 4, below=False)) * (day % 4) / 4,
        )
        for day in range(4 * 182)
    ]
    draw.polygon([*curve, (right, bottom), (left, bottom)], fill=(214, 228, 244))
    draw.line(curve, fill=(36, 82, 160), width=3 * scale, joint="curve")
    peak = max(curve, key=lambda point: -point[1])
    draw.ellipse(
        (peak[0] - 7 * scale, peak[1] - 7 * scale, peak[0] + 7 * scale, peak[1] + 7 * scale),
        fill=(36, 82, 160),
    )
    draw.text((peak[0] + 14 * scale, peak[1] - 12 * scale), "27 January", font=font(16), fill=(30, 34, 40))
    small = image.resize((width // scale, height // scale), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    small.quantize(128, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()
