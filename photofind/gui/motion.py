"""Whether things may move. Nothing here moves for longer than 150 ms; for some, nothing should."""

from PySide6.QtWidgets import QStyle, QWidget


def animates(widget: QWidget) -> bool:
    """False when the system, or the style in its name, asks for less motion."""
    duration = widget.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration, None, widget)
    return bool(duration > 0)
