"""The search field: words, or a chip for a photo or picture that was brought along."""

import io
import os

from PySide6.QtCore import QBuffer, QEvent, QIODevice, QMimeData, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QFocusEvent,
    QGuiApplication,
    QImage,
    QInputMethodEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from photofind.gui import theme
from photofind.gui.chip import Chip, ChipView
from photofind.gui.drops import picture_files
from photofind.gui.icons import IconButton, paint_icon
from photofind.gui.query import Query
from photofind.paths import shown_path

HEIGHT = 40  # logical pixels
GREATEST_WIDTH = 720
LEAST_WIDTH = 220
ICON = 18
ICON_LEFT = 14
LONGEST_QUERY = 500  # characters; a model reads far fewer
QUERY_EDGE = 1024  # pixels; a pasted picture is scaled to this, far above what a model looks at


class SearchField(QWidget):
    """What is looked for. Emits `query_changed` (Query or None) when the person changes it."""

    query_changed = Signal(object)
    entered = Signal()  # Enter: do not wait for a pause in typing
    left_downwards = Signal()  # Down: to the first photo

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAcceptDrops(True)
        self.setMinimumWidth(LEAST_WIDTH)
        self.setMaximumWidth(GREATEST_WIDTH)
        self.setFixedHeight(HEIGHT)
        self._dropping = False
        self._place = ""
        self._shown: Chip | None = None
        self._chip = ChipView(self)
        self._chip.closed.connect(self.clear)
        self._chip.hide()
        self.line = _Line(self)
        self.line.setMaxLength(LONGEST_QUERY)
        self.line.setAccessibleName(self.tr("Search your photos"))
        self.line.textEdited.connect(self._edited)
        self.line.composed.connect(self._edited)
        self.line.returnPressed.connect(self.entered)
        self.line.escaped.connect(self.clear)
        self.line.went_down.connect(self.left_downwards)
        self.line.erased_start.connect(self._erase_chip)
        self.line.focus_changed.connect(self.update)
        self._clear = IconButton("close", self.tr("Clear the search"), self, size=28)
        self._clear.clicked.connect(self.clear)
        self._clear.hide()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(ICON_LEFT + ICON + 8, 1, 6, 1)
        layout.setSpacing(6)
        layout.addWidget(self._chip)
        layout.addWidget(self.line, 1)
        layout.addWidget(self._clear)
        self.setFocusProxy(self.line)
        self._refresh()

    # ------------------------------------------------------------------------------- content

    @property
    def query(self) -> Query | None:
        """What the field asks for now."""
        if self._shown is not None:
            return self._shown.query
        text = self.line.words().strip()
        return Query(text=text) if text else None

    def show_chip(self, chip: Chip) -> None:
        """Put a photo or picture in place of whatever is there. Does not emit."""
        self._shown = chip
        self.line.clear()
        self._chip.show_chip(chip)
        self._refresh()

    def set_chip_image(self, query: Query, image: QImage) -> None:
        """The small picture of a chip came; too late if another query stands there by now."""
        if self._shown is not None and self._shown.query == query:
            self._shown = Chip(query, self._shown.label, image)
            self._chip.show_chip(self._shown)

    def set_place(self, name: str) -> None:
        """Say which folder is searched; empty: the whole library."""
        self._place = name
        self._refresh()

    @property
    def holds_something(self) -> bool:
        """Whether there is anything to clear; a space is no query yet."""
        return self.query is not None or bool(self.line.words())

    def clear(self) -> None:
        """Look for nothing: the whole library."""
        had_something = self.holds_something
        self._shown = None
        self.line.clear()
        self._refresh()
        if had_something:
            self.query_changed.emit(None)

    def type_text(self, text: str) -> None:
        """Keys that were pressed elsewhere in the window go on here."""
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)
        self.line.end(False)
        self.line.insert(text)
        self._edited()

    def paste(self) -> None:
        """Look for what was copied."""
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)
        self.line.end(False)
        self.line.take_clipboard()

    def take(self, mime: QMimeData) -> bool:
        """Make a query of a picture that was dropped or pasted. False if there is none in it."""
        files = picture_files(mime)
        label = self.tr("Like this picture")
        if files:
            query = Query(image_path=files[0])
            name = shown_path(os.path.basename(files[0]))
            label = self.tr("Like {name}").format(name=name)
        elif mime.hasImage() and (data := _encoded(mime.imageData())):
            query = Query(image_bytes=data)
        else:
            return False
        self.show_chip(Chip(query, label))
        self.query_changed.emit(query)
        return True

    def _edited(self) -> None:
        if self._shown is not None and self.line.words():
            self._shown = None  # words take the place of a picture
        self._refresh()
        self.query_changed.emit(self.query)

    def _erase_chip(self) -> None:
        if self._shown is not None:
            self.clear()

    def _refresh(self) -> None:
        self._chip.setVisible(self._shown is not None)
        self._clear.setVisible(bool(self.line.words()) and self._shown is None)
        if self._shown is not None:
            hint = ""
        elif self._place:
            hint = self.tr("Search in “{folder}”").format(folder=self._place)
        else:
            hint = self.tr("Search your photos: “a dog in the snow”, or drop a picture here")
        self.line.setPlaceholderText(hint)

    # -------------------------------------------------------------------------------- drops

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        mime = event.mimeData()
        if picture_files(mime) or mime.hasImage() or (mime.hasText() and not mime.hasUrls()):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self._set_dropping(True)

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        self._set_dropping(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._set_dropping(False)
        if not self.take(event.mimeData()):
            self.line.clear()
            self.type_text(" ".join(event.mimeData().text().split()))
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.line.setFocus()

    def _set_dropping(self, dropping: bool) -> None:
        self._dropping = dropping
        self.update()

    # ------------------------------------------------------------------------------- looks

    def sizeHint(self) -> QSize:
        return QSize(GREATEST_WIDTH, HEIGHT)

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        self.line.setFocus(Qt.FocusReason.MouseFocusReason)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        focused = self.line.hasFocus() or self._dropping
        thickness = 2.0 if focused else 1.0
        inset = thickness / 2
        frame = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        colour = theme.accent(palette) if focused else theme.hairline(palette)
        painter.setPen(QPen(colour, thickness))
        painter.setBrush(palette.color(QPalette.ColorRole.Base))
        painter.drawRoundedRect(frame, frame.height() / 2, frame.height() / 2)
        square = QRectF(ICON_LEFT, (self.height() - ICON) / 2, ICON, ICON)
        paint_icon(painter, "search", square, theme.muted(palette, QPalette.ColorRole.Base))
        painter.end()


class _Line(QLineEdit):
    """The words, without a frame."""

    escaped = Signal()
    went_down = Signal()
    erased_start = Signal()  # Backspace with nothing before it
    focus_changed = Signal()
    composed = Signal()  # the syllable that is being put together has changed

    def __init__(self, field: SearchField) -> None:
        super().__init__(field)
        self._field = field
        self._syllable = ""
        self.setFrame(False)
        self.setAcceptDrops(False)  # the field takes drops, over all its width
        self.setAttribute(Qt.WidgetAttribute.WA_MacShowFocusRect, False)
        self._colour()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste):
            self.take_clipboard()
        elif event.key() == Qt.Key.Key_Escape and self._field.holds_something:
            self.escaped.emit()
        elif event.key() == Qt.Key.Key_Down:
            self.went_down.emit()
        elif event.key() == Qt.Key.Key_Backspace and not self.text():
            self.erased_start.emit()
        else:
            super().keyPressEvent(event)

    def words(self) -> str:
        """What stands there, with the syllable that is still being put together: to Qt it is no
        text yet, and in Korean the last one is so until something else is typed."""
        text, at = self.text(), self.cursorPosition()
        return text[:at] + self._syllable + text[at:]

    def clear(self) -> None:
        self._syllable = ""
        super().clear()

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        former, self._syllable = self._syllable, event.preeditString()
        super().inputMethodEvent(event)
        if self._syllable != former and not event.commitString():  # of that Qt tells
            self.composed.emit()

    def take_clipboard(self) -> None:
        """Look for the picture on the clipboard, or write its words here."""
        mime: QMimeData | None = QGuiApplication.clipboard().mimeData()  # None: empty
        # A file manager's copied picture has text too (its path); a picture is meant.
        picture = mime is not None and (mime.hasUrls() or not mime.hasText())
        if mime is None or not (picture and self._field.take(mime)):
            self.paste()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focus_changed.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focus_changed.emit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ApplicationPaletteChange:
            self._colour()

    def _colour(self) -> None:
        """Words stand on the field, not on a box of their own; the hint is quiet yet readable."""
        palette = QGuiApplication.palette()
        quiet = theme.muted(palette, QPalette.ColorRole.Base)
        palette.setColor(QPalette.ColorRole.PlaceholderText, quiet)
        palette.setColor(QPalette.ColorRole.Base, Qt.GlobalColor.transparent)
        self.setPalette(palette)


def _encoded(image: object) -> bytes | None:
    """A picture from the clipboard as a small JPEG file on white; None if there is none."""
    if isinstance(image, QPixmap):
        image = image.toImage()
    if not isinstance(image, QImage) or image.isNull():
        return None
    if max(image.width(), image.height()) > QUERY_EDGE:
        image = image.scaled(
            QUERY_EDGE,
            QUERY_EDGE,
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
    flat = QImage(image.size(), QImage.Format.Format_RGB32)
    flat.fill(Qt.GlobalColor.white)
    painter = QPainter(flat)
    painter.drawImage(0, 0, image)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    flat.save(buffer, "JPEG", 95)  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def small_picture(query: Query, edge: int) -> QImage:
    """The picture of a query, `edge` pixels at its longer side. Off the GUI thread: it reads and
    decodes. Raises UnreadablePhoto."""
    from PIL import Image

    from photofind.gui.pixels import from_pillow
    from photofind.images import open_upright

    if query.image_bytes is not None:
        with Image.open(io.BytesIO(query.image_bytes)) as image:
            picture = image.convert("RGB")
    else:
        assert query.image_path is not None
        picture = open_upright(query.image_path, at_least=(edge, edge))
    picture.thumbnail((edge, edge))
    return from_pillow(picture)
