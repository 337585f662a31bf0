"""Whatever the palette of the system: what is written can be read, and icons are sharp."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QPalette
from PySide6.QtWidgets import QApplication, QDialogButtonBox
from pytestqt.qtbot import QtBot

from photofind.gui import theme
from photofind.gui.icons import application_icon, paint_icon, without_icons
from photofind.gui.theme import Role
from photofind.resources import resource

ICONS = sorted(file.stem for file in resource("icons").glob("*.svg") if file.stem != "application")


def palette(window: str, text: str, accent: str) -> QPalette:
    made = QPalette()
    for role in (Role.Window, Role.Base):
        made.setColor(role, QColor(window))
    for role in (Role.WindowText, Role.Text):
        made.setColor(role, QColor(text))
    made.setColor(Role.Accent, QColor(accent))
    return made


PALETTES = [
    palette("#efefef", "#000000", "#308cc6"),  # Fusion
    palette("#2d2d2d", "#f0f0f0", "#308cc6"),
    palette("#ffffff", "#1a1a1a", "#ffcc00"),  # a yellow accent
    palette("#1e1e1e", "#dddddd", "#e95420"),  # Ubuntu
    palette("#fdf6e3", "#586e75", "#268bd2"),  # Solarized: little contrast to begin with
    palette("#000000", "#ffffff", "#00ffff"),  # high contrast
]


@pytest.mark.parametrize("colours", PALETTES)
@pytest.mark.parametrize("background", [Role.Window, Role.Base])
def test_text_can_be_read(colours: QPalette, background: QPalette.ColorRole) -> None:
    ground = colours.color(background)
    assert theme.contrast(theme.muted(colours, background), ground) >= 4.5
    assert theme.contrast(theme.link(colours, background), ground) >= 4.5
    filled = theme.filled(colours)
    assert theme.contrast(theme.on(filled), filled) >= 4.5
    tinted = theme.tint(colours, background, 0.24)  # a selected row
    assert theme.contrast(colours.color(Role.WindowText), tinted) >= 4.5


@given(st.integers(0, 0xFFFFFF))
def test_a_button_can_be_read_whatever_the_accent(rgb: int) -> None:
    filled = theme.filled(palette("#ffffff", "#000000", QColor(rgb).name()))
    assert theme.contrast(theme.on(filled), filled) >= 4.5


def test_contrast_is_that_of_wcag() -> None:
    assert theme.contrast(QColor("black"), QColor("white")) == pytest.approx(21)
    assert theme.contrast(QColor("#767676"), QColor("white")) == pytest.approx(4.54, abs=0.01)


def test_dark_is_told_from_light() -> None:
    assert [theme.is_dark(colours) for colours in PALETTES[:2]] == [False, True]


@pytest.mark.parametrize("name", ICONS)
def test_every_icon_is_drawn_in_the_colour_asked_for(name: str, qapp: QApplication) -> None:
    image = painted(name, QColor("#c02040"), ratio=1.0)
    inked = [
        QColor.fromRgba(image.pixel(x, y))
        for x in range(image.width())
        for y in range(image.height())
        if QColor.fromRgba(image.pixel(x, y)).alpha() > 200
    ]
    assert inked
    assert {colour.name() for colour in inked} <= {"#c02040", "#bf2040", "#c12040", "#c02140"} | {
        colour.name()
        for colour in inked
        if abs(colour.red() - 0xC0) < 6 and abs(colour.green() - 0x20) < 6
    }


@pytest.mark.parametrize("ratio", [1.0, 1.25, 1.5, 2.0, 3.0])
def test_icons_are_rendered_for_the_pixels_of_the_screen(ratio: float, qapp: QApplication) -> None:
    image = painted("menu", QColor("black"), ratio)
    # Three lines, each of solid ink somewhere: nothing was stretched from a smaller picture.
    column = [image.pixelColor(image.width() // 2, y).alpha() for y in range(image.height())]
    assert sum(a < 128 <= b for a, b in pairwise(column)) == 3
    assert max(column) > 200


def painted(name: str, colour: QColor, ratio: float) -> QImage:
    edge = round(20 * ratio)
    image = QImage(edge, edge, QImage.Format.Format_ARGB32)
    image.fill(0)
    image.setDevicePixelRatio(ratio)
    painter = QPainter(image)
    paint_icon(painter, name, QRectF(0, 0, 20, 20), colour)
    painter.end()
    return image


def test_the_application_has_an_icon_in_every_size(qapp: QApplication) -> None:
    icon = application_icon()
    assert {size.width() for size in icon.availableSizes()} == {16, 24, 32, 48, 64, 128, 256}


def test_every_icon_is_used_and_every_one_used_is_there() -> None:
    sources = "".join(
        file.read_text(encoding="utf-8") for file in Path(theme.__file__).parent.glob("*.py")
    )
    assert [name for name in ICONS if f'"{name}"' not in sources] == []
    named = re.findall(r'(?:paint_icon\([^,]+, |IconButton\(|RowButton\()"([a-z-]+)"', sources)
    assert named
    assert set(named) <= set(ICONS)


def test_buttons_of_dialogs_have_no_icons_of_qts_own(qtbot: QtBot) -> None:
    close = QDialogButtonBox.StandardButton.Close
    buttons = without_icons(QDialogButtonBox(close))
    qtbot.addWidget(buttons)
    assert QApplication.style().name() == "fusion"
    assert buttons.button(close).icon().isNull()
