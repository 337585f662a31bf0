"""A photo over the whole window: the thumbnail at once, then sharp; the neighbours ready beside it.

Dark whatever the theme. It steps through the grid's own sequence, so the library may change under
it: the photo stays, its neighbours are looked up anew.
"""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QKeyEvent,
    QMouseEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QLabel, QWidget

from photofind.catalog.records import HERE
from photofind.gui.accessible import announce
from photofind.gui.dates import day_title, moment_title
from photofind.gui.facts import FactsPanel
from photofind.gui.picture import Picture
from photofind.gui.pictures import Pictures
from photofind.gui.reads import LibraryReads
from photofind.gui.sequence import PhotoSequence
from photofind.gui.thumbcache import Thumbnails
from photofind.gui.tooltips import photo_name, spoken
from photofind.gui.viewerbar import HEIGHT_PX as BAR_PX
from photofind.gui.viewerbar import StepButton, ViewerBar, dark
from photofind.gui.words import folder_name, reason_sentence

if TYPE_CHECKING:
    from photofind.catalog import FolderRow, PhotoDetails, PhotoRow

STEP_BUTTON_PX = 48
HIDE_MILLISECONDS = 2500  # of rest, after which buttons and pointer go
NEIGHBOURS = 2  # made ready on each side


class Viewer(QWidget):
    """Shows one photo of a sequence, and steps to the next. A child that covers its parent."""

    closed = Signal(int)  # the photo that was shown last
    moved = Signal(int)  # another photo is shown
    unread_changed = Signal(tuple)  # ids of the photo and its neighbours that were not read yet
    similar_wanted = Signal(int)
    menu_wanted = Signal(QPoint)  # global

    def __init__(self, reads: LibraryReads, thumbnails: Thumbnails, parent: QWidget) -> None:
        super().__init__(parent)
        self._window = parent
        self._reads = reads
        self._pictures = Pictures(thumbnails, self)
        self._sequence: PhotoSequence | None = None
        self._position = 0
        self._awaited = False  # the row at the position, to be shown when it is read
        self._row: PhotoRow | None = None
        self._photo_id = 0
        self._unread: tuple[int, ...] = ()
        self._peek = False
        self.hide()
        self.setAccessibleName(self.tr("Photo"))
        self.setPalette(dark(self.palette()))
        self.setAutoFillBackground(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.picture = Picture(self)
        self.facts = FactsPanel(self)
        self.facts.hide()
        self._make_bar()
        self._note = QLabel(self)
        self._note.setTextFormat(Qt.TextFormat.PlainText)
        self._note.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._note.setWordWrap(True)
        self._note.setMargin(12)
        self._note.setAutoFillBackground(True)
        self._note.hide()
        self._resting = QTimer(self)
        self._resting.setSingleShot(True)
        self._resting.setInterval(HIDE_MILLISECONDS)
        self._resting.timeout.connect(self._rest)
        self._pictures.arrived.connect(self._paint)
        self._pictures.refused.connect(self._refused)
        self.picture.view_changed.connect(self._want)
        parent.installEventFilter(self)

    def _make_bar(self) -> None:
        self._bar = ViewerBar(self)
        self._bar.back_wanted.connect(self.leave)
        self._bar.zoom_wanted.connect(self.picture.zoom)
        self._bar.similar_wanted.connect(self.find_similar)
        self._bar.facts_wanted.connect(self.toggle_facts)
        self._previous = StepButton("left", self.tr("Previous"), self, size=STEP_BUTTON_PX)
        self._previous.clicked.connect(lambda: self.step(-1))
        self._next = StepButton("right", self.tr("Next"), self, size=STEP_BUTTON_PX)
        self._next.clicked.connect(lambda: self.step(1))
        for side in (self._previous, self._next):
            side.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    # --------------------------------------------------------------------------------- open, step

    def open(self, photo_id: int, sequence: PhotoSequence, *, peek: bool = False) -> None:
        """Show a photo of a sequence. A `peek` is closed by the key that opened it."""
        self._follow(sequence)
        self._peek = peek
        self._photo_id = photo_id
        self._row = None
        self.picture.show_photo(QSize())
        self._bar.title.clear()
        self._say("")
        self.setGeometry(self._window.rect())
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self._wake()
        sequence.find(photo_id, self._found)

    def current_id(self) -> int | None:
        """The photo shown; None while the viewer is closed."""
        return self._photo_id if self.isVisible() else None

    def step(self, by: int) -> None:
        """To a photo further on or back, as far as there is one."""
        if self._sequence is None:
            return
        position = min(max(self._position + by, 0), self._sequence.count - 1)
        if position != self._position:
            self._go(position)

    def leave(self) -> None:
        """Back to the grid."""
        self.hide()
        self._follow(None)
        self._tell_unread(())
        self._pictures.forget()
        self.picture.show_photo(QSize())
        self.unsetCursor()
        self.closed.emit(self._photo_id)

    def find_similar(self) -> None:
        """Back to the grid, for photos like this one."""
        photo_id = self._photo_id
        self.leave()
        self.similar_wanted.emit(photo_id)

    def toggle_facts(self) -> None:
        """Show what is known of the photo, or hide it."""
        self.facts.setVisible(self.facts.isHidden())
        self._bar.show_facts(not self.facts.isHidden())
        self._lay_out()
        self._read_facts()

    def close_threads(self) -> None:
        """The window ends."""
        self._pictures.close()

    # -------------------------------------------------------------------------------------- parts

    def _follow(self, sequence: PhotoSequence | None) -> None:
        if self._sequence is not None:
            self._sequence.loaded.disconnect(self._rows_came)
            self._sequence.rearranged.disconnect(self._look_up)
            self._sequence.want((), self)
        self._sequence = sequence
        if sequence is not None:
            sequence.loaded.connect(self._rows_came)
            sequence.rearranged.connect(self._look_up)

    def _look_up(self) -> None:
        """The order has changed: the photo stays, its place may not."""
        self._awaited = False
        if self._sequence is not None:
            self._sequence.find(self._photo_id, self._moved_to)

    def _moved_to(self, position: int | None) -> None:
        if position is not None:
            self._position = position
            self._prepare()
        elif self._row is None:  # gone before it was ever shown
            self.leave()

    def _found(self, position: int | None) -> None:
        if position is None:  # gone since it was asked for
            self.leave()
        else:
            self._go(position, say=False)

    def _go(self, position: int, *, say: bool = True) -> None:
        self._position = position
        self._prepare()
        assert self._sequence is not None
        row = self._sequence.row(position)
        self._awaited = row is None
        if row is not None:
            self._show(row)
            if say:
                self.moved.emit(row.id)

    def _rows_came(self) -> None:
        if self._sequence is None:
            return
        row = self._sequence.row(self._position)
        if row is None or row == self._row:
            return
        moved = row.id != self._photo_id
        if moved and not self._awaited:  # the photo has left the order; it stays until a step
            return
        self._awaited = False
        self._show(row)
        if moved:
            self.moved.emit(row.id)

    def _show(self, row: "PhotoRow") -> None:
        """Show a photo, or what is new about the one shown."""
        former = self._row
        again = (
            former is not None
            and (former.id, former.width, former.height) == (row.id, row.width, row.height)
            and former.presence == row.presence
        )
        self._row, self._photo_id = row, row.id
        here = row.presence == HERE
        if not again:
            self.picture.show_photo(QSize(row.width, row.height), faded=not here)
        self._bar.title.set_words(photo_name(row), f"   {moment_title(row.taken_at)}")
        announce(self, spoken(row))
        self._say("")
        if not here:
            self._say_offline(row)
        elif not row.read:
            self._say(self.tr("This photo has not been read yet."))
        elif (reason := self._pictures.refusal(row)) is not None:  # as a neighbour
            self._say(reason_sentence(reason))
        self._prepare()
        self._paint()
        self._read_facts()
        self._place_buttons()

    def _prepare(self) -> None:
        """Make ready the photo and its neighbours: rows, thumbnails, sharp pictures."""
        if self._sequence is None:
            return
        start = max(0, self._position - NEIGHBOURS)
        stop = min(self._sequence.count, self._position + NEIGHBOURS + 1)
        self._sequence.want([(start, stop)], self)
        near = sorted(range(start, stop), key=lambda place: abs(place - self._position))
        rows = [row for row in map(self._sequence.row, near) if row is not None]
        self._tell_unread(tuple(row.id for row in rows if not row.read))
        self._pictures.want_thumbnails(rows)
        self._want()

    def _tell_unread(self, photo_ids: tuple[int, ...]) -> None:
        if photo_ids != self._unread:
            self._unread = photo_ids
            self.unread_changed.emit(photo_ids)

    def _want(self) -> None:
        """Ask for sharp pictures: of this photo first, in full when it is zoomed."""
        if self._sequence is None or self._row is None:
            return
        self._bar.show_scale(self.picture.scale)
        beside = (self._position + 1, self._position - 1)
        rows = [self._sequence.row(place) for place in beside if 0 <= place < self._sequence.count]
        self._pictures.want_sharp(
            [self._row, *(row for row in rows if row is not None)],
            self.picture.box(),
            zoomed=not self.picture.fitted,
        )
        self._paint()

    def _refused(self, path: bytes, reason: str) -> None:
        if self._row is not None and path == self._row.path and self.isVisible():
            self._say(reason_sentence(reason))

    def _paint(self) -> None:
        """Give the picture all that is here of this photo."""
        if self._row is not None and self.isVisible():
            self.picture.set_images(self._pictures.of(self._row))

    # --------------------------------------------------------------------------------------- words

    def _say(self, words: str) -> None:
        self._note.setText(words)
        self._note.setVisible(bool(words))
        self._lay_out()

    def _say_offline(self, row: "PhotoRow") -> None:
        photo_id = row.id
        self._say(self.tr("This photo is offline; this is its thumbnail."))

        def arrived(folders: "list[FolderRow]") -> None:
            folder = next((each for each in folders if each.id == row.folder_id), None)
            if folder is None or self._photo_id != photo_id:
                return
            name = folder_name(folder.path)
            if folder.last_seen_at is None:
                words = self.tr("{folder} is offline; this is the photo's thumbnail.")
                self._say(words.format(folder=name))
            else:
                words = self.tr(
                    "{folder} is offline, last seen {day}; this is the photo's thumbnail."
                )
                self._say(words.format(folder=name, day=day_title(folder.last_seen_at)))

        self._reads.request(lambda reader: reader.folders(), arrived, key=(id(self), "folders"))

    def _read_facts(self) -> None:
        if self.facts.isHidden():
            return
        photo_id = self._photo_id

        def arrived(details: "PhotoDetails | None") -> None:
            if photo_id == self._photo_id:
                self.facts.show_details(details)

        self._reads.request(
            lambda reader: reader.details(photo_id), arrived, key=(id(self), "facts")
        )

    # ---------------------------------------------------------------------------------- appearance

    def _lay_out(self) -> None:
        width = self.width() - (0 if self.facts.isHidden() else self.facts.width())
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        left = self.width() - width if mirrored else 0
        room = QRect(left, BAR_PX, width, self.height() - BAR_PX)
        self.picture.setGeometry(room)
        self._bar.setGeometry(0, 0, self.width(), BAR_PX)
        self.facts.setGeometry(
            0 if mirrored else width, BAR_PX, self.facts.width(), self.height() - BAR_PX
        )
        if not self._note.isHidden():
            wide = min(560, room.width() - 48)
            self._note.setFixedWidth(max(80, wide))
            self._note.adjustSize()
            self._note.move(
                room.center().x() - self._note.width() // 2,
                room.bottom() - self._note.height() - 24,
            )
        self._place_buttons()

    def _place_buttons(self) -> None:
        room = self.picture.geometry()
        middle = room.center().y() - STEP_BUTTON_PX // 2
        ends = [room.left() + 16, room.right() - 16 - STEP_BUTTON_PX]
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            ends.reverse()
        awake = self._resting.isActive()
        count = 0 if self._sequence is None else self._sequence.count
        self._previous.move(QPoint(ends[0], middle))
        self._next.move(QPoint(ends[1], middle))
        self._previous.setVisible(awake and self._position > 0)
        self._next.setVisible(awake and self._position < count - 1)

    def _wake(self) -> None:
        """The pointer moves: show what can be pressed."""
        self._resting.start()
        self._place_buttons()

    def _rest(self) -> None:
        self._place_buttons()

    # -------------------------------------------------------------------------------------- events

    def keyPressEvent(self, event: QKeyEvent) -> None:
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        on = -1 if mirrored else 1
        plain = event.modifiers() in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
            Qt.KeyboardModifier.ShiftModifier,
        )
        acts = {
            Qt.Key.Key_Escape: self.leave,
            Qt.Key.Key_Left: lambda: self.step(-on),
            Qt.Key.Key_Right: lambda: self.step(on),
            Qt.Key.Key_PageUp: lambda: self.step(-1),
            Qt.Key.Key_PageDown: lambda: self.step(1),
            Qt.Key.Key_Backspace: lambda: self.step(-1),
            Qt.Key.Key_Home: lambda: self.step(-self._position),
            Qt.Key.Key_End: lambda: self.step(2**62),
            Qt.Key.Key_Space: self.leave if self._peek else lambda: self.step(1),
            Qt.Key.Key_Plus: lambda: self.picture.zoom(1),
            Qt.Key.Key_Equal: lambda: self.picture.zoom(1),
            Qt.Key.Key_Minus: lambda: self.picture.zoom(-1),
            Qt.Key.Key_0: self.picture.fit,
            Qt.Key.Key_1: self.picture.toggle_actual,
            Qt.Key.Key_I: self.toggle_facts,
            Qt.Key.Key_S: self.find_similar,
        }
        act = acts.get(Qt.Key(event.key())) if plain else None
        if act is None:
            event.ignore()
        else:
            act()

    def focusNextPrevChild(self, on: bool) -> bool:
        """Tab goes round in here: what the viewer covers must not take the keyboard."""
        widget = self.focusWidget() or self
        while following := widget.nextInFocusChain() if on else widget.previousInFocusChain():
            widget = following
            if widget is self or (
                self.isAncestorOf(widget)
                and widget.isVisible()
                and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
            ):
                reason = Qt.FocusReason.TabFocusReason if on else Qt.FocusReason.BacktabFocusReason
                widget.setFocus(reason)
                return True
        return False

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_wanted.emit(event.globalPos())

    def mouseMoveEvent(self, _event: QMouseEvent) -> None:
        self._wake()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        back, on = Qt.MouseButton.BackButton, Qt.MouseButton.ForwardButton
        if event.button() in (back, on):
            self.step(-1 if event.button() == back else 1)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.accept()  # the grid below must not scroll

    def resizeEvent(self, _event: QResizeEvent) -> None:
        self._lay_out()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._window and event.type() == QEvent.Type.Resize and self.isVisible():
            self.setGeometry(self._window.rect())
        return False
