"""The keyboard in the grid. What it does not know goes on to the window."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from photofind.gui.geometry import Geometry

if TYPE_CHECKING:
    from photofind.gui.grid import PhotoGrid

_SHIFT = Qt.KeyboardModifier.ShiftModifier
_CTRL = Qt.KeyboardModifier.ControlModifier
_ACTS = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier


def key_pressed(grid: "PhotoGrid", event: QKeyEvent) -> bool:
    """Do what a key means. False when it means nothing here."""
    if event.matches(QKeySequence.StandardKey.SelectAll):
        grid.select_all()
        return True
    if event.key() == Qt.Key.Key_Escape:
        return grid.select_none()
    return _move(grid, event) or _act(grid, event)


def _move(grid: "PhotoGrid", event: QKeyEvent) -> bool:
    count = grid.count()
    current = grid.selection.current
    if not count or event.modifiers() & Qt.KeyboardModifier.AltModifier:
        return False
    geometry = grid.geometry_of_cells
    rows = max(1, grid.viewport().height() // geometry.pitch)
    back, on = (1, -1) if grid.mirrored else (-1, 1)
    moves: dict[int, Callable[[int], int]] = {
        Qt.Key.Key_Left: lambda p: p + back,
        Qt.Key.Key_Right: lambda p: p + on,
        Qt.Key.Key_Up: geometry.above,
        Qt.Key.Key_Down: geometry.below,
        Qt.Key.Key_PageUp: lambda p: geometry.above(p, rows),
        Qt.Key.Key_PageDown: lambda p: geometry.below(p, rows),
        Qt.Key.Key_Home: lambda _: 0,
        Qt.Key.Key_End: lambda _: count - 1,
    }
    move = moves.get(event.key())
    if move is None:
        return False
    if current is None:
        grid.focus_first()
        return True
    place = min(max(move(current), 0), count - 1)
    if event.key() == Qt.Key.Key_Up and _in_first_row(geometry, current):
        if not event.modifiers() & _SHIFT:
            return False  # back to the search field, if the window likes
        place = current
    if event.modifiers() & _SHIFT:
        keep = bool(event.modifiers() & _CTRL)
        grid.select(lambda: grid.selection.extend(place, keep=keep))
    elif event.modifiers() & _CTRL and event.key() not in (Qt.Key.Key_Home, Qt.Key.Key_End):
        grid.select(lambda: grid.selection.go(place))
    else:
        grid.select(lambda: grid.selection.choose(place))
    grid.show_position(place)
    return True


def _in_first_row(geometry: Geometry, position: int) -> bool:
    return geometry.rect(position).y == geometry.rect(0).y


def _act(grid: "PhotoGrid", event: QKeyEvent) -> bool:
    current = grid.selection.current
    if current is None:
        return False
    if event.key() == Qt.Key.Key_Space and event.modifiers() == _CTRL:
        grid.select(lambda: grid.selection.toggle(current))
        return True
    acts: dict[int, Callable[[int], None]] = {
        Qt.Key.Key_Return: grid.open_at,
        Qt.Key.Key_Enter: grid.open_at,
        Qt.Key.Key_Space: grid.peek_at,
        Qt.Key.Key_S: grid.similar_at,
    }
    act = acts.get(event.key())
    if act is None or event.modifiers() not in _ACTS:
        return False
    act(current)
    return True
