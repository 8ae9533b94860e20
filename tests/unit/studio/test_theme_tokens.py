"""The values of the look: complete in both themes, and readable (WCAG ratios computed here)."""

from __future__ import annotations

from dataclasses import fields

import pytest

from memvid_studio import theme_tokens as tokens

THEMES = {"light": tokens.LIGHT, "dark": tokens.DARK}


def luminance(color: str) -> float:
    channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def over(color: str, ground: str) -> str:
    """A colour with alpha painted on a ground."""
    alpha = int(color[7:9], 16) / 255 if len(color) == 9 else 1.0
    mixed = [
        round(int(color[at : at + 2], 16) * alpha + int(ground[at : at + 2], 16) * (1 - alpha))
        for at in (1, 3, 5)
    ]
    return "#" + "".join(f"{channel:02X}" for channel in mixed)


def test_the_formula_knows_black_on_white():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#767676", "#FFFFFF") == pytest.approx(4.54, abs=0.01)


def test_both_themes_have_the_same_roles():
    assert set(tokens.LIGHT) == set(tokens.DARK)


@pytest.mark.parametrize("theme", THEMES)
def test_every_colour_can_be_read(theme):
    for role, color in THEMES[theme].items():
        assert color.startswith("#"), role
        assert len(color) in {7, 9}, role
        int(color[1:], 16)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("rule", tokens.CONTRAST, ids=lambda rule: f"{rule.foreground} on {rule.background}")
def test_pairs_that_the_look_promises(theme, rule):
    colors = THEMES[theme]
    found = contrast(colors[rule.foreground], colors[rule.background])
    assert found >= rule.minimum, f"{found:.2f}"


# Pairs the widgets use beyond those of the look: text 4.5, marks 3.
TEXT_PAIRS = [
    ("text", "raised"), ("text2", "raised"), ("text3", "raised"), ("text", "chosen"), ("text2", "sunken"),
    ("text", "sunken"), ("text2", "sidebar"), ("text", "hover"), ("text", "pressed"), ("text2", "hover"),
    ("accentText", "raised"), ("accentText", "accentSoft"), ("error", "errorSoft"), ("error", "raised"),
    ("warning", "raised"), ("success", "raised"), ("onAccent", "accentPressed"), ("text3", "sunken"),
    ("removed", "removedSoft"), ("added", "addedSoft"), ("text", "addedSoft"), ("text", "removedSoft"),
    ("filmOnNow", "filmNow"), ("filmOnPast", "filmPast"), ("paperText", "paper"),
]  # fmt: skip
MARK_PAIRS = [
    ("control", "raised"), ("control", "sidebar"), ("accent", "raised"), ("accent", "sidebar"),
    ("onAccent", "control"), ("hitLine", "pane"), ("success", "raised"), ("error", "raised"),
    ("filmRemoved", "filmBase"), ("filmChanged", "filmBase"), ("pastFill", "pane"), ("filmHit", "filmBase"),
]  # fmt: skip


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("foreground", "background"), TEXT_PAIRS)
def test_text_on_what_widgets_paint_under_it(theme, foreground, background):
    colors = THEMES[theme]
    assert contrast(colors[foreground], colors[background]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("foreground", "background"), MARK_PAIRS)
def test_marks_that_carry_meaning(theme, foreground, background):
    colors = THEMES[theme]
    assert contrast(colors[foreground], colors[background]) >= 3


@pytest.mark.parametrize("theme", THEMES)
def test_the_past_keeps_every_accent_readable(theme):
    colors = dict(THEMES[theme])
    colors |= {role: THEMES[theme][to] for role, to in tokens.PAST_REBIND.items()}
    for foreground, background, least in (
        ("onAccent", "accent", 4.5),
        ("onAccent", "accentHover", 4.5),
        ("onAccent", "accentPressed", 4.5),
        ("accentText", "accentSoft", 4.5),
        ("accentText", "pane", 4.5),
        ("accentText", "sidebar", 4.5),
        ("text", "accentSoft", 4.5),
        ("text2", "accentSoft", 4.5),
        ("text3", "accentSoft", 4.5),
        ("accent", "pane", 3),
        ("accent", "raised", 3),
        ("accent", "window", 3),
    ):
        assert contrast(colors[foreground], colors[background]) >= least, (foreground, background)


@pytest.mark.parametrize("theme", THEMES)
def test_hits_on_paper_use_the_light_marks(theme):
    assert contrast(tokens.LIGHT["hitText"], tokens.LIGHT["hit"]) >= 4.5
    assert contrast(THEMES[theme]["paperText"], THEMES[theme]["paper"]) >= 7


@pytest.mark.parametrize("theme", THEMES)
def test_kinds_glow_on_film(theme):
    film = THEMES[theme]["filmBase"]
    assert set(tokens.KIND_ORDER) == set(tokens.KIND_COLORS) == set(tokens.KIND_ICON_COLORS)
    for kind in tokens.KIND_ORDER:
        assert contrast(tokens.KIND_COLORS[kind], film) >= 3.7, kind
        assert contrast(tokens.KIND_ICON_COLORS[kind], film) >= 4.5, kind


def test_kinds_can_be_told_apart():
    """OKLab distance × 100 of the closest two is 16.6, as the look says."""

    def oklab(color: str) -> tuple[float, float, float]:
        red, green, blue = (
            c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
            for c in (int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
        )
        long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
        middle = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
        short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
        return (
            0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
            1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
            0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
        )

    points = [oklab(color) for color in tokens.KIND_COLORS.values()]
    distances = [
        100 * sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5
        for at, one in enumerate(points)
        for other in points[at + 1 :]
    ]
    assert min(distances) == pytest.approx(16.6, abs=0.1)


def test_the_film_adds_up():
    film = tokens.Film()
    rows = (
        film.edge_top, film.checkpoint_lane, film.hit_lane, film.density, film.base, film.gap, film.changes,
        film.edge_bottom,
    )  # fmt: skip
    assert sum(rows) == tokens.Sizes().film


def test_type_is_never_below_eleven_pixels_and_fits_its_line():
    assert {step.weight for step in tokens.TYPE.values()} == {400, 500, 600}
    for step in tokens.TYPE.values():
        assert step.px >= 11
        assert step.line >= 1.2 * step.px


def test_targets_are_large_enough():
    sizes = tokens.Sizes()
    for name in ("button", "icon_button", "chip", "field", "library_row"):
        assert getattr(sizes, name) >= sizes.minimum_target


def test_space_is_base_four():
    assert all(getattr(tokens.Space(), field.name) % 4 == 0 for field in fields(tokens.Space))


def test_a_scrim_dims_without_hiding():
    for colors in THEMES.values():
        assert over(colors["scrim"], colors["pane"]) != colors["pane"]
        assert 0.2 < int(colors["scrim"][7:], 16) / 255 < 0.8
