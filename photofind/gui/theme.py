"""Colours, worked out from the palette of the system: nothing here is fixed.

Light and dark follow by themselves, because every colour is asked for when something is painted.
Contrast is that of WCAG 2: (lighter + 0.05) / (darker + 0.05) of the relative luminances.
"""

from functools import lru_cache

from PySide6.QtGui import QColor, QPalette

TEXT_CONTRAST = 4.5  # WCAG AA for text
HAIRLINE_SHARE = 0.14  # of the text colour in a line between two parts
LEAST_TINT = 0.04
HOVER_SHARE = 0.08
PRESSED_SHARE = 0.15
MUTED_SHARES = (0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)  # of the text colour

Role = QPalette.ColorRole


def mixed(one: QColor, other: QColor, share: float) -> QColor:
    """`one` with a share (0 to 1) of `other`."""
    return QColor.fromRgbF(
        *(
            a + (b - a) * share
            for a, b in zip(one.getRgbF()[:3], other.getRgbF()[:3], strict=True)  # type: ignore[index]
        )
    )


def contrast(one: QColor, other: QColor) -> float:
    """From 1 (the same) to 21 (black on white)."""
    darker, lighter = sorted((_luminance(one.rgb()), _luminance(other.rgb())))
    return (lighter + 0.05) / (darker + 0.05)


def is_dark(palette: QPalette) -> bool:
    """Whether text is lighter than what it stands on."""
    text, ground = palette.color(Role.WindowText), palette.color(Role.Window)
    return _luminance(text.rgb()) > _luminance(ground.rgb())


def muted(palette: QPalette, background: QPalette.ColorRole = Role.Window) -> QColor:
    """The quietest text colour that can still be read on this background."""
    text = Role.Text if background == Role.Base else Role.WindowText
    return QColor(_muted(palette.color(text).rgb(), palette.color(background).rgb()))


def hairline(palette: QPalette, background: QPalette.ColorRole = Role.Window) -> QColor:
    """A line that parts two surfaces."""
    return mixed(palette.color(background), palette.color(Role.WindowText), HAIRLINE_SHARE)


def hover(palette: QPalette, *, pressed: bool = False) -> QColor:
    """A wash over what lies under the pointer."""
    wash = QColor(palette.color(Role.WindowText))
    wash.setAlphaF(PRESSED_SHARE if pressed else HOVER_SHARE)
    return wash


def accent(palette: QPalette) -> QColor:
    """The system's accent colour."""
    return palette.color(Role.Accent)


def tint(palette: QPalette, background: QPalette.ColorRole, share: float = 0.16) -> QColor:
    """A background with a breath of the accent colour, no more than its text can bear."""
    ground = palette.color(background)
    text = palette.color(Role.Text if background == Role.Base else Role.WindowText)
    while share > LEAST_TINT:
        tinted = mixed(ground, accent(palette), share)
        if contrast(text, tinted) >= TEXT_CONTRAST:
            return tinted
        share -= 0.02
    return mixed(ground, accent(palette), LEAST_TINT)


def on(ground: QColor) -> QColor:
    """Black or white, whichever reads better on this colour."""
    black, white = QColor(0, 0, 0), QColor(255, 255, 255)
    # White looks right on mid blues long before it wins by the formula.
    return white if contrast(ground, white) >= TEXT_CONTRAST - 1.2 else black


def link(palette: QPalette, background: QPalette.ColorRole = Role.Window) -> QColor:
    """The accent colour, moved towards the text's until it can be read on this background."""
    text = palette.color(Role.Text if background == Role.Base else Role.WindowText)
    ground = palette.color(background)
    for step in range(20):
        candidate = mixed(accent(palette), text, step * 0.05)
        if contrast(candidate, ground) >= TEXT_CONTRAST:
            return candidate
    return text


def filled(palette: QPalette) -> QColor:
    """The accent colour, deepened until white or black text can be read on it."""
    ground = accent(palette)
    text = on(ground)
    away = QColor(0, 0, 0) if text == QColor(255, 255, 255) else QColor(255, 255, 255)
    for step in range(20):
        candidate = mixed(ground, away, step * 0.04)
        if contrast(candidate, text) >= TEXT_CONTRAST:
            return candidate
    return away


@lru_cache(maxsize=64)
def _muted(text: int, background: int) -> int:
    ground, ink = QColor(background), QColor(text)
    for share in MUTED_SHARES:
        candidate = mixed(ground, ink, share)
        if contrast(candidate, ground) >= TEXT_CONTRAST + 0.1:
            return int(candidate.rgb())
    return text


@lru_cache(maxsize=256)
def _luminance(rgb: int) -> float:
    shares = ((rgb >> shift & 255) / 255 for shift in (16, 8, 0))
    red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
