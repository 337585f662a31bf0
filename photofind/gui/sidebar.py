"""The sidebar: the whole library, what came recently, the folders, and what was set aside."""

from dataclasses import dataclass
from enum import IntEnum

from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from photofind.catalog.records import FolderRow, View
from photofind.gui import theme
from photofind.gui.dates import day_title, number_title
from photofind.gui.icons import paint_icon
from photofind.gui.words import folder_name, plain_tip
from photofind.paths import shown_path

ROW_HEIGHT = 34  # logical pixels
HEADING_HEIGHT = 38
SIDE = 8
ICON = 18
RADIUS = 8.0
WIDTHS = (168, 224, 400)  # least, at first, greatest

AnyIndex = QModelIndex | QPersistentModelIndex


class Kind(IntEnum):
    """What a row is."""

    ALL = 0
    RECENT = 1
    HEADING = 2
    FOLDER = 3


@dataclass(frozen=True, slots=True)
class Row:
    """One row; `folder` for FOLDER alone."""

    kind: Kind
    folder: FolderRow | None = None

    @property
    def view(self) -> View | None:
        """What the grid shows for it; None for a heading."""
        if self.kind is Kind.HEADING:
            return None
        return View(
            folder_id=self.folder.id if self.folder else None, recent=self.kind is Kind.RECENT
        )


ROW_ROLE = Qt.ItemDataRole.UserRole


class SidebarModel(QAbstractListModel):
    """The rows. `photos` is the count beside "All photos"."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = [Row(Kind.ALL), Row(Kind.RECENT), Row(Kind.HEADING)]
        self._photos = 0
        self._names: dict[int, str] = {}

    def show_library(self, folders: list[FolderRow], photos: int) -> None:
        """Show these folders; rows that stay keep their selection."""
        self._names = _names(folders)
        folders = sorted(folders, key=lambda folder: self._names[folder.id].casefold())
        rows = [*self._rows[:3], *(Row(Kind.FOLDER, folder) for folder in folders)]
        if [self._key(row) for row in rows] == [self._key(row) for row in self._rows]:
            if rows != self._rows or photos != self._photos:
                self._rows, self._photos = rows, photos
                self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return
        self.beginResetModel()
        self._rows, self._photos = rows, photos
        self.endResetModel()

    def row(self, index: AnyIndex) -> Row:
        """What stands there."""
        return self._rows[index.row()]

    def index_of(self, view: View) -> QModelIndex:
        """The row that shows a view; the first if there is none."""
        for number, row in enumerate(self._rows):
            if row.view == view:
                return self.index(number)
        return self.index(0)

    def count_of(self, row: Row) -> int | None:
        """The number at the right of a row."""
        if row.kind is Kind.ALL:
            return self._photos or None
        return row.folder.photos or None if row.folder is not None else None

    def trailing(self, row: Row) -> str:
        """What stands at the right of a row: how many, or that it is offline."""
        if row.folder is not None and not row.folder.online:
            return self.tr("offline")
        count = self.count_of(row)
        return "" if count is None else number_title(count)

    def rowCount(self, parent: AnyIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        if self.row(index).kind is Kind.HEADING:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self.row(index)
        if role == ROW_ROLE:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(row)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            count = self.count_of(row)
            parts = [self._text(row)]
            parts += [self.tr("%Ln photo(s)", "", count)] if count is not None else []
            parts += (
                [self.tr("offline")] if row.folder is not None and not row.folder.online else []
            )
            return ", ".join(parts)
        if role == Qt.ItemDataRole.ToolTipRole and row.folder is not None:
            return plain_tip(self._tooltip(row.folder))
        return None

    def _text(self, row: Row) -> str:
        if row.folder is not None:
            return self._names[row.folder.id]
        return {
            Kind.ALL: self.tr("All photos"),
            Kind.RECENT: self.tr("Recently added"),
            Kind.HEADING: self.tr("Folders"),
        }[row.kind]

    def _tooltip(self, folder: FolderRow) -> str:
        path = shown_path(folder.path)
        if folder.online:
            return path
        if folder.last_seen_at is None:
            return self.tr("{folder}\nOffline").format(folder=path)
        return self.tr("{folder}\nOffline, last seen {day}").format(
            folder=path, day=day_title(folder.last_seen_at)
        )

    @staticmethod
    def _key(row: Row) -> tuple[Kind, int | None]:
        return row.kind, row.folder.id if row.folder is not None else None


def _names(folders: list[FolderRow]) -> dict[int, str]:
    """The last part of each path; where several are called the same, with as many of the parts
    before it as tell one from the others."""
    alike: dict[str, list[list[bytes]]] = {}
    for folder in folders:
        alike.setdefault(folder_name(folder.path), []).append(_parts(folder.path))
    names: dict[int, str] = {}
    for folder in folders:
        name, parts = folder_name(folder.path), _parts(folder.path)
        depth = 1
        while depth < len(parts) and sum(p[-depth:] == parts[-depth:] for p in alike[name]) > 1:
            depth += 1
        before = shown_path(b"/".join(parts[-depth:-1]))
        names[folder.id] = f"{name} – {before}" if before else name
    return names


def _parts(path: bytes) -> list[bytes]:
    return path.replace(b"\\", b"/").strip(b"/").split(b"/")


class _Delegate(QStyledItemDelegate):
    """Paints a row: icon, words, count, and for a folder that is offline its mark."""

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        row: Row = index.data(ROW_ROLE)
        height = HEADING_HEIGHT if row.kind is Kind.HEADING else ROW_HEIGHT
        grown = option.fontMetrics.height() + 14
        return QSize(0, max(height, grown))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        row: Row = index.data(ROW_ROLE)
        view = option.widget
        palette: QPalette = view.palette()
        area = QRectF(option.rect)
        text = str(index.data())
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if row.kind is Kind.HEADING:
            _paint_heading(painter, palette, area, text)
        else:
            state: QStyle.StateFlag = option.state
            offline = row.folder is not None and not row.folder.online
            icon = {Kind.ALL: "photos", Kind.RECENT: "recent"}.get(row.kind, "folder")
            model = index.model()
            assert isinstance(model, SidebarModel)
            paint_row(
                painter,
                palette,
                area,
                icon="folder-offline" if offline else icon,
                text=text,
                trailing=model.trailing(row),
                selected=bool(state & QStyle.StateFlag.State_Selected),
                hovered=bool(state & QStyle.StateFlag.State_MouseOver),
                focused=bool(state & QStyle.StateFlag.State_HasFocus) and view.hasFocus(),
                faded=offline,
            )
        painter.restore()


class SidebarList(QListView):
    """The rows as a list that the arrows walk."""

    delete_pressed = Signal()

    def __init__(self, model: SidebarModel, parent: QWidget) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setItemDelegate(_Delegate(self))
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Typed letters are not for the list: they go to the search field of the window."""
        if event.key() == Qt.Key.Key_Delete:
            self.delete_pressed.emit()
        elif event.text().isprintable() and event.text().strip():
            event.ignore()
        else:
            super().keyPressEvent(event)


class RowButton(QPushButton):
    """A button that looks like a row of the list."""

    def __init__(self, icon: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._icon = icon
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def sizeHint(self) -> QSize:
        return QSize(WIDTHS[0], max(ROW_HEIGHT, self.fontMetrics().height() + 14))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_row(
            painter,
            self.palette(),
            QRectF(self.rect()),
            icon=self._icon,
            text=self.text(),
            hovered=self.underMouse() or self.isDown(),
            focused=self.hasFocus(),
        )
        painter.end()


class Sidebar(QWidget):
    """Where to look, and what there is."""

    view_chosen = Signal(object)  # View
    add_wanted = Signal()
    remove_wanted = Signal(object)  # FolderRow
    set_aside_wanted = Signal()
    menu_wanted = Signal(object, object)  # FolderRow, global QPoint

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = SidebarModel(self)
        self.list = SidebarList(self.model, self)
        self.list.setAccessibleName(self.tr("Library"))
        self.list.customContextMenuRequested.connect(self._menu)
        self.list.clicked.connect(self._choose)
        self.list.delete_pressed.connect(self._remove)
        self.list.selectionModel().currentChanged.connect(self._moved)
        self.add_button = RowButton("add", self)
        self.add_button.setText(self.tr("Add a folder…"))
        self.add_button.clicked.connect(self.add_wanted)
        self.aside_button = RowButton("aside", self)
        self.aside_button.clicked.connect(self.set_aside_wanted)
        self.aside_button.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 8)
        layout.setSpacing(0)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.aside_button)
        layout.addWidget(self.add_button)
        QWidget.setTabOrder(self.list, self.aside_button)
        QWidget.setTabOrder(self.aside_button, self.add_button)
        self.setMinimumWidth(WIDTHS[0])
        self.setMaximumWidth(WIDTHS[2])
        self._silent = False
        self.select(View())

    def show_library(self, folders: list[FolderRow], photos: int, set_aside: int) -> None:
        """Show the folders and counts of the library."""
        view = self.view
        self._silent = True
        self.model.show_library(folders, photos)
        self.select(view)
        self._silent = False
        if self.view != view:  # the folder that was shown has gone
            self.view_chosen.emit(self.view)
        self.aside_button.setVisible(set_aside > 0)
        self.aside_button.setText(self.tr("%Ln set aside", "", set_aside))
        self.aside_button.setToolTip(self.tr("Files that could not be read, and why"))

    @property
    def view(self) -> View:
        """The row that is chosen."""
        index = self.list.currentIndex()
        return (self.model.row(index).view if index.isValid() else None) or View()

    def select(self, view: View) -> None:
        """Mark the row of a view. Does not emit."""
        was, self._silent = self._silent, True
        self.list.selectionModel().setCurrentIndex(
            self.model.index_of(view), QItemSelectionModel.SelectionFlag.ClearAndSelect
        )
        self._silent = was

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        line = theme.hairline(self.palette())
        painter.fillRect(self.width() - 1, 0, 1, self.height(), line)
        painter.end()

    def _moved(self, current: QModelIndex, _before: QModelIndex) -> None:
        if not self._silent and current.isValid() and (view := self.model.row(current).view):
            self.view_chosen.emit(view)

    def _choose(self, index: QModelIndex) -> None:
        """A click on the row that is chosen already leaves a search."""
        if view := self.model.row(index).view:
            self.view_chosen.emit(view)

    def _remove(self) -> None:
        folder = self.model.row(self.list.currentIndex()).folder
        if folder is not None:
            self.remove_wanted.emit(folder)

    def _menu(self, place: QPoint) -> None:
        index = self.list.indexAt(place)
        folder = self.model.row(index).folder if index.isValid() else None
        if folder is not None:
            self.menu_wanted.emit(folder, self.list.viewport().mapToGlobal(place))


def paint_row(
    painter: QPainter,
    palette: QPalette,
    area: QRectF,
    *,
    icon: str,
    text: str,
    trailing: str = "",
    selected: bool = False,
    hovered: bool = False,
    focused: bool = False,
    faded: bool = False,
) -> None:
    """One row of the sidebar."""
    body = area.adjusted(SIDE, 1, -SIDE, -1)
    painter.setPen(Qt.PenStyle.NoPen)
    if selected:
        painter.setBrush(theme.tint(palette, QPalette.ColorRole.Window, 0.24))
        painter.drawRoundedRect(body, RADIUS, RADIUS)
    elif hovered:
        painter.setBrush(theme.hover(palette))
        painter.drawRoundedRect(body, RADIUS, RADIUS)
    if focused:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.accent(palette), 2))
        painter.drawRoundedRect(body.adjusted(1, 1, -1, -1), RADIUS - 1, RADIUS - 1)
    ink = palette.color(QPalette.ColorRole.WindowText)
    quiet = theme.muted(palette)
    square = QRectF(body.left() + 10, body.center().y() - ICON / 2, ICON, ICON)
    words_ink = quiet if faded and not selected else ink  # quiet words drown in the tint
    paint_icon(painter, icon, square, words_ink)
    font = QFont(painter.font())
    metrics = QFontMetrics(font)
    words = body.adjusted(10 + ICON + 10, 0, -10, 0)
    if trailing:
        width = metrics.horizontalAdvance(trailing)
        if words.width() - width > 60:
            painter.setPen(ink if selected else quiet)
            painter.drawText(
                words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, trailing
            )
            words.setRight(words.right() - width - 8)
    painter.setPen(words_ink)
    elided = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(words.width()))
    painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, elided)


def _paint_heading(painter: QPainter, palette: QPalette, area: QRectF, text: str) -> None:
    font = QFont(painter.font())
    font.setBold(True)
    font.setPointSizeF(font.pointSizeF() * 0.9)
    painter.setFont(font)
    painter.setPen(theme.muted(palette))
    words = area.adjusted(SIDE + 10, 0, -SIDE, -4)
    painter.drawText(words, Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft, text)
