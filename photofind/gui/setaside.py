"""The files that could not be read: where they are, why, and what can be done."""

import os
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QListView,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from photofind.catalog.records import SetAside
from photofind.gui import theme
from photofind.gui.icons import without_icons
from photofind.gui.reads import LibraryReads
from photofind.gui.scrolled import SCREEN_SHARE
from photofind.gui.words import plain_tip, reason_sentence
from photofind.paths import shown_path

if TYPE_CHECKING:
    from photofind.catalog import CatalogReader

PAGE = 500  # files read at a time
PADDING = 8  # logical pixels
SIZE = (640, 460)

AnyIndex = QModelIndex | QPersistentModelIndex
FILE_ROLE = Qt.ItemDataRole.UserRole


class SetAsideModel(QAbstractListModel):
    """The files, read in pages as the list is scrolled."""

    looked = Signal()  # what is set aside was read, anew or further

    def __init__(self, reads: LibraryReads, parent: QWidget) -> None:
        super().__init__(parent)
        self._reads = reads
        self._files: list[SetAside] = []
        self._more = True
        self._asked = False

    @property
    def files(self) -> list[SetAside]:
        """Those that were read so far."""
        return self._files

    def end(self) -> None:
        """The list goes: an answer that is still under way must not find it gone."""
        self._more = False
        self._reads.forget("set aside")

    def look_again(self) -> None:
        """Read what is shown once more: something changed."""
        length = max(PAGE, len(self._files))
        self._reads.request(
            lambda reader: reader.set_aside(limit=length), self._replace, key="set aside"
        )

    def rowCount(self, parent: AnyIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._files)

    def canFetchMore(self, parent: AnyIndex) -> bool:
        return not parent.isValid() and self._more and not self._asked

    def fetchMore(self, _parent: AnyIndex) -> None:
        self._asked = True
        start = len(self._files)

        def page(reader: "CatalogReader") -> list[SetAside]:
            return reader.set_aside(limit=PAGE, offset=start)

        self._reads.request(page, self._append, key="set aside")

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        file = self._files[index.row()]
        if role == FILE_ROLE:
            return file
        if role == Qt.ItemDataRole.DisplayRole:
            return shown_path(os.path.basename(file.path))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{shown_path(file.path)}. {reason_sentence(file.reason)}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip("\n".join(filter(None, (shown_path(file.path), file.detail))))
        return None

    def _append(self, files: list[SetAside]) -> None:
        self._asked, self._more = False, len(files) == PAGE
        if files:
            first = len(self._files)
            self.beginInsertRows(QModelIndex(), first, first + len(files) - 1)
            self._files += files
            self.endInsertRows()
        self.looked.emit()

    def _replace(self, files: list[SetAside]) -> None:
        self._asked, self._more = False, bool(files) and len(files) % PAGE == 0
        if files != self._files:
            self.beginResetModel()
            self._files = files
            self.endResetModel()
        self.looked.emit()


class _Delegate(QStyledItemDelegate):
    """Name, reason, and quietly the folder."""

    def sizeHint(self, option: QStyleOptionViewItem, _index: AnyIndex) -> QSize:
        line = option.fontMetrics.lineSpacing()
        return QSize(0, 3 * line + 2 * PADDING + 4)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        file: SetAside = index.data(FILE_ROLE)
        palette: QPalette = option.palette
        area = QRectF(option.rect)
        state: QStyle.StateFlag = option.state
        painter.save()
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, theme.tint(palette, QPalette.ColorRole.Base, 0.24))
        line = option.fontMetrics.lineSpacing()
        text = area.adjusted(12, PADDING, -12, -PADDING)
        quiet = theme.muted(palette, QPalette.ColorRole.Base)
        ink = palette.color(QPalette.ColorRole.Text)
        bold = QFont(painter.font())
        bold.setBold(True)
        middle = Qt.TextElideMode.ElideMiddle
        for number, (words, colour, font) in enumerate(
            (
                (shown_path(os.path.basename(file.path)), ink, bold),
                (reason_sentence(file.reason), ink, option.font),
                (shown_path(os.path.dirname(file.path)), quiet, option.font),
            )
        ):
            painter.setFont(font)
            painter.setPen(colour)
            row = QRectF(text.left(), text.top() + number * (line + 2), text.width(), line)
            elided = painter.fontMetrics().elidedText(words, middle, int(row.width()))
            painter.drawText(row, Qt.AlignmentFlag.AlignVCenter, elided)
        painter.setPen(theme.hairline(palette, QPalette.ColorRole.Base))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        painter.restore()


class SetAsideDialog(QDialog):
    """The list, with "try again" for some or all and "show in folder" for one."""

    retry_wanted = Signal(object)  # tuple of file ids; empty: all
    show_wanted = Signal(object)  # path

    def __init__(self, reads: LibraryReads, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Files set aside"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(QSize(*SIZE).boundedTo(self.screen().availableSize() * SCREEN_SHARE))
        self.model = SetAsideModel(reads, self)
        self.explanation = QLabel(self)
        self.explanation.setWordWrap(True)
        self.list = QListView(self)
        self.list.setModel(self.model)
        self.list.setItemDelegate(_Delegate(self.list))
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setUniformItemSizes(True)
        self.list.setAccessibleName(self.windowTitle())
        self.list.selectionModel().selectionChanged.connect(self._refresh)
        self.list.doubleClicked.connect(self._show)
        self.model.looked.connect(self._refresh)
        buttons = without_icons(QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self))
        self.retry_button = QPushButton(self)
        self.show_button = QPushButton(self.tr("Show in folder"), self)
        action = QDialogButtonBox.ButtonRole.ActionRole
        for button in (self.retry_button, self.show_button):
            buttons.addButton(button, action)
            button.setAutoDefault(False)  # Enter in the list must not mean "all of them"
        self.retry_button.clicked.connect(self._retry)
        self.show_button.clicked.connect(self._show)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 16)
        layout.setSpacing(16)
        layout.addWidget(self.explanation)
        layout.addWidget(self.list, 1)
        layout.addWidget(buttons)
        self.model.look_again()

    def look_again(self) -> None:
        """The library has changed."""
        if self.isVisible():
            self.model.look_again()

    def done(self, result: int) -> None:
        self.model.end()
        super().done(result)

    def _chosen(self) -> list[SetAside]:
        return [index.data(FILE_ROLE) for index in self.list.selectionModel().selectedIndexes()]

    def _refresh(self) -> None:
        chosen = self._chosen()
        self.explanation.setText(
            self.tr(
                "These files could not be read as photos. Everything else goes on without them."
            )
            if self.model.files
            else self.tr("Nothing is set aside: every file could be read.")
        )
        self.retry_button.setText(
            self.tr("Try %n file(s) again", "", len(chosen)) if chosen else self.tr("Try all again")
        )
        self.retry_button.setEnabled(bool(self.model.files))
        self.show_button.setEnabled(len(chosen) == 1)

    def _retry(self) -> None:
        self.retry_wanted.emit(tuple(file.file_id for file in self._chosen()))

    def _show(self) -> None:
        if chosen := self._chosen():
            self.show_wanted.emit(chosen[0].path)
