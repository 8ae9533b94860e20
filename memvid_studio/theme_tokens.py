"""Every value of the visual language: logical pixels, colours as ``#RRGGBB`` or ``#RRGGBBAA``, times in ms.

Plain data without Qt, so that tests can compute contrast and layout from it. :mod:`memvid_studio.theme` turns
it into colours, fonts and icons; widgets ask there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class TypeStyle:
    """One step of the type scale: pixel size, line height, weight (400, 500 or 600), monospaced or not."""

    px: int
    line: int
    weight: int
    mono: bool = False


@dataclass(frozen=True, slots=True)
class Elevation:
    """The shadow of something that floats: offset downwards and blur, both in pixels."""

    dy: int
    blur: int


@dataclass(frozen=True, slots=True)
class ContrastRule:
    """A pair of roles and the smallest WCAG ratio it must reach in both themes."""

    foreground: str
    background: str
    minimum: float


@dataclass(frozen=True, slots=True)
class Space:
    """The base-4 rhythm."""

    s4: int = 4
    s8: int = 8
    s12: int = 12
    s16: int = 16
    s24: int = 24
    s32: int = 32
    s48: int = 48


@dataclass(frozen=True, slots=True)
class Radii:
    """Corner radii; chips use half their height."""

    mark: int = 2
    tag: int = 4
    control: int = 6
    tile: int = 6
    popover: int = 10
    dialog: int = 12
    pill: int = 999


@dataclass(frozen=True, slots=True)
class Borders:
    """Line widths."""

    line: int = 1
    focus: int = 2
    selection_bar: int = 3


# Inter Text is Inter with outlines that look the same on light and dark; see resources.
FAMILY: Final = ("Inter Text", "Inter", "DejaVu Sans")
MONO: Final = ("JetBrains Mono", "DejaVu Sans Mono")
FEATURES: Final = ("tnum",)

TYPE: Final[dict[str, TypeStyle]] = {
    "micro": TypeStyle(11, 16, 400),
    "section": TypeStyle(11, 16, 600),
    "small": TypeStyle(12, 16, 400),
    "label": TypeStyle(12, 16, 500),
    "body": TypeStyle(13, 20, 400),
    "control": TypeStyle(13, 20, 500),
    "strong": TypeStyle(13, 20, 600),
    "reading": TypeStyle(14, 22, 400),
    "title": TypeStyle(15, 22, 600),
    "dialog": TypeStyle(18, 26, 600),
    "figure": TypeStyle(22, 28, 600),
    "welcome": TypeStyle(26, 34, 600),
    "code": TypeStyle(12, 18, 400, mono=True),
}


@dataclass(frozen=True, slots=True)
class Sizes:
    """Fixed extents of rows, columns and controls."""

    menu_bar: int = 28
    head: int = 48
    sub: int = 40
    banner: int = 40
    transport: int = 40
    film: int = 124
    status: int = 28
    library: int = 232
    results: int = 472
    button: int = 28
    button_large: int = 36
    field: int = 32
    chip: int = 24
    icon_button: int = 28
    icon: int = 16
    icon_large: int = 24
    library_row: int = 28
    result_tile: int = 40
    change_row: int = 48
    version_row: int = 76
    job_row: int = 40
    palette_row: int = 40
    minimum_target: int = 24
    scrollbar: int = 6
    progress: int = 4
    toggle_width: int = 32
    toggle_height: int = 18
    check: int = 16


@dataclass(frozen=True, slots=True)
class Film:
    """The strip, top to bottom, then its bars and marks."""

    edge_top: int = 16
    checkpoint_lane: int = 18
    hit_lane: int = 10
    density: int = 46
    base: int = 1
    gap: int = 2
    changes: int = 13
    edge_bottom: int = 18
    bar_pitch: int = 4
    bar_width: int = 3
    hole_width: int = 4
    hole_height: int = 6
    hole_min_pitch: int = 8
    bar_min: int = 3
    bar_per_frame_max: int = 14
    cell_width: int = 44
    cell_height: int = 52
    cell_min_pitch: int = 28
    playhead: int = 2
    playhead_casing: int = 6
    pill_height: int = 18
    hit_diamond: int = 9
    hit_diamond_current: int = 12
    hit_number_min_gap: int = 26


FILM_EXPONENT: Final = 0.4
FILM_CLIP_PERCENTILE: Final = 99.5

# Bottom to top in a stack.
KIND_ORDER: Final = ("document", "text", "table", "audio", "image", "other")

KIND_COLORS: Final[dict[str, str]] = {
    "document": "#4573E6",
    "text": "#3FB4DF",
    "table": "#DDBB57",
    "audio": "#A2F2D2",
    "image": "#DF7F97",
    "other": "#6F757F",
}

# Two kinds are too dark for thin lines on film; their icons are lighter than their bars.
KIND_ICON_COLORS: Final[dict[str, str]] = {
    "document": "#7397F2",
    "text": "#3FB4DF",
    "table": "#DDBB57",
    "audio": "#A2F2D2",
    "image": "#DF7F97",
    "other": "#A1A8B3",
}

LIGHT: Final[dict[str, str]] = {
    "window": "#ECEEF1",
    "sidebar": "#F5F6F8",
    "pane": "#FFFFFF",
    "sunken": "#E7E9ED",
    "raised": "#FFFFFF",
    "hover": "#F1F3F6",
    "pressed": "#E3E6EB",
    "chosen": "#FFFFFF",
    "line": "#DDE0E5",
    "lineStrong": "#C4C9D1",
    "control": "#868D98",
    "text": "#191C20",
    "text2": "#474E58",
    "text3": "#616873",
    "disabled": "#9AA1AB",
    "accent": "#2A5BD7",
    "accentHover": "#214BB6",
    "accentPressed": "#1A3D96",
    "onAccent": "#FFFFFF",
    "accentText": "#2350C3",
    "accentSoft": "#E4ECFD",
    "accentLine": "#A9C1F7",
    "inactiveSoft": "#E8EAEE",
    "past": "#9A4D00",
    "pastFill": "#AD5800",
    "onPast": "#FFFFFF",
    "pastSoft": "#FFF2DF",
    "pastLine": "#E9BE85",
    "hit": "#E8F46E",
    "hitText": "#1C2100",
    "hitLine": "#6F7D00",
    "hitCurrent": "#CBE000",
    "hitCurrentText": "#1C2100",
    "added": "#17703D",
    "addedSoft": "#E1F4E7",
    "addedStrong": "#B5E3C5",
    "removed": "#B3261E",
    "removedSoft": "#FCE9E7",
    "removedStrong": "#F5C2BD",
    "changed": "#2350C3",
    "changedSoft": "#E4ECFD",
    "error": "#B3261E",
    "errorSoft": "#FCE9E7",
    "warning": "#7D5200",
    "warningSoft": "#FFF3D6",
    "success": "#17703D",
    "successSoft": "#E1F4E7",
    "paper": "#FFFFFF",
    "paperText": "#1B1D20",
    "scrim": "#14161A66",
    "shadow": "#14161A29",
    "kindText": "#1F86C6",
    "kindDocument": "#1A428A",
    "kindImage": "#8C1D57",
    "kindAudio": "#2A866C",
    "kindTable": "#775804",
    "kindOther": "#5A626C",
    "filmBase": "#17191E",
    "filmEdge": "#101216",
    "filmHole": "#5B626D",
    "filmHoleMajor": "#ECEEF1",
    "filmGrid": "#272B33",
    "filmLine": "#4A505B",
    "filmPrint": "#B7B2A6",
    "filmText": "#E6E8EB",
    "filmPast": "#FFB454",
    "filmNow": "#8FB0FF",
    "filmHit": "#E4F55B",
    "filmBlank": "#22252C",
    "filmChanged": "#8E95A1",
    "filmRemoved": "#FF7A6E",
    "filmOnNow": "#0E1A3A",
    "filmOnPast": "#2A1800",
    "filmRange": "#8FB0FF29",
    "filmCompareRange": "#FFB45421",
    "filmWeekend": "#FFFFFF06",
    "filmWave": "#5A6270",
    "filmCell": "#262A32",
    "filmCellLine": "#3A404A",
    "filmGhost": "#30353E",
}

DARK: Final[dict[str, str]] = {
    "window": "#15171B",
    "sidebar": "#191C20",
    "pane": "#1E2126",
    "sunken": "#121417",
    "raised": "#272B32",
    "hover": "#262A30",
    "pressed": "#2F343C",
    "chosen": "#343942",
    "line": "#2D3138",
    "lineStrong": "#424852",
    "control": "#7B838F",
    "text": "#E9EBEE",
    "text2": "#B9BFC9",
    "text3": "#979FAB",
    "disabled": "#616873",
    "accent": "#3F6CE1",
    "accentHover": "#3865DA",
    "accentPressed": "#2F58C4",
    "onAccent": "#FFFFFF",
    "accentText": "#9DB8FF",
    "accentSoft": "#24314F",
    "accentLine": "#3F5794",
    "inactiveSoft": "#2B2F36",
    "past": "#FFB454",
    "pastFill": "#FFB454",
    "onPast": "#2A1800",
    "pastSoft": "#33250F",
    "pastLine": "#6E4D19",
    "hit": "#5A640C",
    "hitText": "#F5FFB8",
    "hitLine": "#D3E54A",
    "hitCurrent": "#D3E54A",
    "hitCurrentText": "#1C2100",
    "added": "#72D396",
    "addedSoft": "#172C1F",
    "addedStrong": "#245437",
    "removed": "#FF938A",
    "removedSoft": "#361D1C",
    "removedStrong": "#6A2C29",
    "changed": "#9DB8FF",
    "changedSoft": "#24314F",
    "error": "#FF938A",
    "errorSoft": "#361D1C",
    "warning": "#F2C14E",
    "warningSoft": "#332A12",
    "success": "#72D396",
    "successSoft": "#172C1F",
    "paper": "#F3F2EE",
    "paperText": "#1B1D20",
    "scrim": "#05060899",
    "shadow": "#00000080",
    "kindText": "#3FB4DF",
    "kindDocument": "#7397F2",
    "kindImage": "#DF7F97",
    "kindAudio": "#A2F2D2",
    "kindTable": "#DDBB57",
    "kindOther": "#8A919C",
    "filmBase": "#0C0D10",
    "filmEdge": "#08090B",
    "filmHole": "#2A2E35",
    "filmHoleMajor": "#5B626D",
    "filmGrid": "#1B1E23",
    "filmLine": "#4A505B",
    "filmPrint": "#B7B2A6",
    "filmText": "#E6E8EB",
    "filmPast": "#FFB454",
    "filmNow": "#8FB0FF",
    "filmHit": "#E4F55B",
    "filmBlank": "#16181C",
    "filmChanged": "#8E95A1",
    "filmRemoved": "#FF7A6E",
    "filmOnNow": "#0E1A3A",
    "filmOnPast": "#2A1800",
    "filmRange": "#8FB0FF29",
    "filmCompareRange": "#FFB45421",
    "filmWeekend": "#FFFFFF06",
    "filmWave": "#5A6270",
    "filmCell": "#262A32",
    "filmCellLine": "#3A404A",
    "filmGhost": "#23272E",
}

# In a past moment these roles stand for others, so that what is yours to act on turns from blue to amber.
PAST_REBIND: Final[dict[str, str]] = {
    "accent": "pastFill",
    "accentHover": "pastFill",
    "accentPressed": "pastFill",
    "onAccent": "onPast",
    "accentText": "past",
    "accentSoft": "pastSoft",
    "accentLine": "pastLine",
}


@dataclass(frozen=True, slots=True)
class Motion:
    """Durations and delays; ``reduced`` replaces the durations when motion is unwanted."""

    press: int = 60
    fast: int = 120
    base: int = 160
    slow: int = 180
    playhead_jump: int = 160
    banner_in: int = 160
    list_diff: int = 180
    reduced: int = 0
    hover_delay: int = 120
    tooltip_delay: int = 500
    notice_stays: int = 6000
    skeleton_after: int = 80


ELEVATION: Final[dict[str, Elevation]] = {
    "popover": Elevation(8, 24),
    "dialog": Elevation(12, 32),
    "paper": Elevation(1, 4),
}

CONTRAST: Final[tuple[ContrastRule, ...]] = (
    ContrastRule("text", "pane", 4.5),
    ContrastRule("text", "window", 4.5),
    ContrastRule("text2", "pane", 4.5),
    ContrastRule("text2", "sidebar", 4.5),
    ContrastRule("text3", "pane", 4.5),
    ContrastRule("text3", "sidebar", 4.5),
    ContrastRule("text3", "window", 4.5),
    ContrastRule("text3", "accentSoft", 4.5),
    ContrastRule("text2", "accentSoft", 4.5),
    ContrastRule("text2", "sunken", 4.5),
    ContrastRule("text", "inactiveSoft", 4.5),
    ContrastRule("accentText", "pane", 4.5),
    ContrastRule("accentText", "sidebar", 4.5),
    ContrastRule("accentText", "window", 4.5),
    ContrastRule("accentText", "accentSoft", 4.5),
    ContrastRule("onAccent", "accent", 4.5),
    ContrastRule("onAccent", "accentHover", 4.5),
    ContrastRule("accent", "pane", 3),
    ContrastRule("accent", "window", 3),
    ContrastRule("past", "pastSoft", 4.5),
    ContrastRule("past", "pane", 4.5),
    ContrastRule("past", "window", 4.5),
    ContrastRule("onPast", "pastFill", 4.5),
    ContrastRule("pastFill", "pane", 3),
    ContrastRule("text2", "pastSoft", 4.5),
    ContrastRule("text3", "pastSoft", 4.5),
    ContrastRule("hitText", "hit", 4.5),
    ContrastRule("hitCurrentText", "hitCurrent", 4.5),
    ContrastRule("hitLine", "pane", 3),
    ContrastRule("added", "pane", 4.5),
    ContrastRule("added", "addedSoft", 4.5),
    ContrastRule("text", "addedStrong", 4.5),
    ContrastRule("removed", "pane", 4.5),
    ContrastRule("removed", "removedSoft", 4.5),
    ContrastRule("text", "removedStrong", 4.5),
    ContrastRule("changed", "changedSoft", 4.5),
    ContrastRule("error", "raised", 4.5),
    ContrastRule("error", "window", 4.5),
    ContrastRule("warning", "warningSoft", 4.5),
    ContrastRule("warning", "window", 4.5),
    ContrastRule("success", "raised", 4.5),
    ContrastRule("control", "pane", 3),
    ContrastRule("control", "sidebar", 3),
    ContrastRule("control", "raised", 3),
    ContrastRule("filmText", "filmBase", 4.5),
    ContrastRule("filmPrint", "filmEdge", 4.5),
    ContrastRule("filmPrint", "filmBase", 4.5),
    ContrastRule("filmPast", "filmBase", 3),
    ContrastRule("filmNow", "filmBase", 3),
    ContrastRule("filmHit", "filmBase", 3),
)
