"""What a screen reader is told of photos that are painted and are no widgets.

The photo under the keyboard is the description of the grid, and is announced as it changes. Cells
of their own in the tree of accessible objects would be interfaces written in Python, which Qt owns
and deletes when it likes; an announcement is a value that is sent and forgotten.
"""

from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget


def announce(widget: QWidget, words: str) -> None:
    """Say something about a widget, and keep it as its description."""
    if words == widget.accessibleDescription():
        return
    widget.setAccessibleDescription(words)
    if words and QAccessible.isActive():
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, words))
