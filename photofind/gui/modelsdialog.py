"""The models: which there are, which is in use, and what none of them can do."""

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QFont, QFontDatabase, QFontMetrics, QPainter, QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QLineEdit,
    QListView,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from photofind.errors import PhotoFindError
from photofind.gui import modelwords, theme
from photofind.gui.errorwords import error_sentence
from photofind.gui.icons import paint_icon, without_icons
from photofind.gui.messagebar import Message, MessageBar, Weight
from photofind.gui.modelchoice import ModelChoice
from photofind.gui.scrolled import SCREEN_SHARE, Scrolled
from photofind.protocol import ModelLine

SIZE = (680, 640)  # logical pixels
LEAST_LIST_HEIGHT = 120
PADDING = 10
GAP = 3  # between two lines
TICK = 16
LEFT = 12 + TICK + 10  # where words begin
RIGHT = 14
BADGE_PADDING = 7
WRAP = Qt.TextFlag.TextWordWrap

AnyIndex = QModelIndex | QPersistentModelIndex
MODEL_ROLE = Qt.ItemDataRole.UserRole
LOADING_ROLE = MODEL_ROLE + 1


class ModelRows(QAbstractListModel):
    """The models; those whose files are here come first."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.models: list[ModelLine] = []
        self._loading = ""

    def show_models(self, models: tuple[ModelLine, ...]) -> None:
        """Take these in place of those before."""
        ordered = sorted(models, key=lambda model: not (model.here or model.in_use))
        if ordered != self.models:
            self.beginResetModel()
            self.models = ordered
            self.endResetModel()

    def show_loading(self, name: str) -> None:
        """This one is being loaded; none with an empty name."""
        self._loading = name
        if self.models:
            self.dataChanged.emit(self.index(0), self.index(len(self.models) - 1))

    def rowCount(self, parent: AnyIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.models)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        model = self.models[index.row()]
        loading = model.name == self._loading
        if role == MODEL_ROLE:
            return model
        if role == LOADING_ROLE:
            return loading
        if role == Qt.ItemDataRole.DisplayRole:
            return modelwords.model_title(model)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return modelwords.spoken(model, loading=loading)
        if role == Qt.ItemDataRole.ToolTipRole:
            return model.name
        return None


class _Delegate(QStyledItemDelegate):
    """Title and size; what it is good for; quietly languages, licence and where it stands."""

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        view = self.parent()
        assert isinstance(view, QListView)
        room = view.viewport().width()
        line = option.fontMetrics.lineSpacing()
        sentence = self._sentence(option.fontMetrics, room, index.data(MODEL_ROLE))
        return QSize(0, 2 * PADDING + 2 * (line + GAP) + sentence.height() + 1)

    def _sentence(self, metrics: QFontMetrics, room: int, model: ModelLine) -> QRect:
        """How much room the sentence takes when it is broken into lines."""
        width = max(1, room - LEFT - RIGHT)
        return metrics.boundingRect(
            QRect(0, 0, width, 10_000), WRAP, modelwords.model_sentence(model)
        )

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        model: ModelLine = index.data(MODEL_ROLE)
        loading: bool = index.data(LOADING_ROLE)
        palette: QPalette = option.palette
        state: QStyle.StateFlag = option.state
        area: QRect = option.rect
        metrics: QFontMetrics = option.fontMetrics
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & QStyle.StateFlag.State_Selected:
            palette = QPalette(palette)  # so that quiet words can be read on the tint, too
            palette.setColor(
                QPalette.ColorRole.Base, theme.tint(palette, QPalette.ColorRole.Base, 0.24)
            )
            painter.fillRect(area, palette.color(QPalette.ColorRole.Base))
        ink = palette.color(QPalette.ColorRole.Text)
        quiet = theme.muted(palette, QPalette.ColorRole.Base)
        line = metrics.lineSpacing()
        text = area.adjusted(LEFT, PADDING, -RIGHT, -PADDING)
        bold = QFont(option.font)
        bold.setBold(True)
        if model.in_use and not loading:
            square = QRectF(area.left() + 12, text.top() + (line - TICK) / 2, TICK, TICK)
            paint_icon(painter, "tick", square, theme.link(palette, QPalette.ColorRole.Base))

        painter.setPen(quiet)
        painter.setFont(option.font)
        size = modelwords.size(model)
        size_width = metrics.horizontalAdvance(size)
        first = QRect(text.left(), text.top(), text.width(), line)
        painter.drawText(first, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, size)

        painter.setFont(bold)
        painter.setPen(ink if model.here or model.in_use else quiet)
        room = text.width() - size_width - 16
        title = painter.fontMetrics().elidedText(
            modelwords.model_title(model), Qt.TextElideMode.ElideMiddle, room
        )
        painter.drawText(first, Qt.AlignmentFlag.AlignVCenter, title)
        if model.basic:
            end = text.left() + painter.fontMetrics().horizontalAdvance(title)
            painter.setFont(option.font)
            self._paint_badge(painter, palette, QPoint(end + 10, text.top()))

        painter.setFont(option.font)
        painter.setPen(ink if model.here or model.in_use else quiet)
        second = self._sentence(metrics, area.width(), model).translated(
            text.left(), text.top() + line + GAP
        )
        second.setWidth(text.width())
        painter.drawText(second, WRAP, modelwords.model_sentence(model))

        painter.setPen(quiet)
        facts = (
            modelwords.state(model, loading=loading),
            modelwords.languages(model),
            model.licence,
        )
        third = QRect(text.left(), second.bottom() + 1 + GAP, text.width(), line)
        words = metrics.elidedText(
            "  ·  ".join(filter(None, facts)), Qt.TextElideMode.ElideRight, third.width()
        )
        painter.drawText(third, Qt.AlignmentFlag.AlignVCenter, words)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(theme.hairline(palette, QPalette.ColorRole.Base))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        painter.restore()

    def _paint_badge(self, painter: QPainter, palette: QPalette, place: QPoint) -> None:
        metrics = painter.fontMetrics()
        words = self.tr("basic")
        width = metrics.horizontalAdvance(words) + 2 * BADGE_PADDING
        badge = QRectF(place.x(), place.y() - 0.5, width, metrics.lineSpacing() + 1)
        base = QPalette.ColorRole.Base
        ground = theme.mixed(palette.color(base), palette.color(QPalette.ColorRole.Text), 0.07)
        painter.setPen(theme.hairline(palette, base))
        painter.setBrush(ground)
        painter.drawRoundedRect(badge, badge.height() / 2, badge.height() / 2)
        on_it = QPalette(palette)
        on_it.setColor(base, ground)
        painter.setPen(theme.muted(on_it, base))
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, words)


class _List(QListView):
    """Rows are as high as their words need at the width there is."""

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), LEAST_LIST_HEIGHT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.scheduleDelayedItemsLayout()


class ModelsDialog(QDialog):
    """The list, with "use this model" for one whose files are here."""

    def __init__(self, choice: ModelChoice, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Models"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(QSize(*SIZE).boundedTo(self.screen().availableSize() * SCREEN_SHARE))
        self._notes: list[QLabel] = []
        self._choice = choice
        self.rows = ModelRows(self)
        self.list = _List(self)
        self.list.setModel(self.rows)
        self.list.setItemDelegate(_Delegate(self.list))
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName(self.windowTitle())
        self.list.selectionModel().selectionChanged.connect(self._refresh)
        self.list.doubleClicked.connect(self._use)
        self.list.setMinimumHeight(LEAST_LIST_HEIGHT)
        self.said = MessageBar(self)  # what became of the choice
        self.command = QLineEdit(self)
        self.command.setReadOnly(True)
        self.command.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.command.setAccessibleName(self.tr("Command for a model that you have as a file"))
        buttons = without_icons(QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self))
        self.use_button = QPushButton(self.tr("Use this model"), self)
        buttons.addButton(self.use_button, QDialogButtonBox.ButtonRole.ActionRole)
        self.use_button.setDefault(True)
        self.use_button.clicked.connect(self._use)
        buttons.rejected.connect(self.reject)
        body = QVBoxLayout()
        body.setSpacing(12)
        body.addWidget(
            self._note(
                self.tr(
                    "The model tells which photos fit your words. Another one reads all photos "
                    "again; what was read before is kept, so that going back costs nothing."
                )
            )
        )
        body.addWidget(self.list, 1)
        body.addWidget(self.said)
        body.addWidget(
            self._note(
                self.tr(
                    "A model that was fetched elsewhere is named once, in a terminal; from then "
                    "on it stands in this list:"
                )
            )
        )
        body.addWidget(self.command)
        body.addWidget(
            self._note(
                self.tr(
                    "No model is good at everything: words inside a picture mislead it, it hardly "
                    "counts, it does not understand “no” or “without”, and it keeps one vector "
                    "for a whole picture, so that small things are missed."
                )
            )
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 16)
        layout.setSpacing(12)
        layout.addWidget(Scrolled(body, self), 1)
        layout.addWidget(buttons)
        self.list.setFocus()
        choice.listed.connect(self._show_models)
        choice.chosen.connect(self._chosen)
        choice.refused.connect(self._refused)
        self.rows.show_loading(choice.choosing)
        self._refresh()
        choice.look()

    def _note(self, words: str) -> QLabel:
        label = QLabel(words, self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        self._notes.append(label)
        self._quieten(label)
        return label

    def _quieten(self, label: QLabel) -> None:
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.WindowText, theme.muted(palette))
        label.setPalette(palette)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            for label in self._notes:
                self._quieten(label)

    # ------------------------------------------------------------------------------- shown

    def _show_models(self, models: tuple[ModelLine, ...]) -> None:
        before = self._current()
        self.rows.show_models(models)
        names = [model.name for model in self.rows.models]
        wanted = before.name if before is not None else ""
        in_use = next((m.name for m in self.rows.models if m.in_use), "")
        row = names.index(wanted if wanted in names else in_use) if names else -1
        self.list.setCurrentIndex(self.rows.index(row))
        self._refresh()

    def _current(self) -> ModelLine | None:
        index = self.list.currentIndex()
        return self.rows.models[index.row()] if index.isValid() else None

    def _can_be_used(self, model: ModelLine | None) -> bool:
        return model is not None and model.here and not model.in_use and not self._choice.choosing

    def _refresh(self) -> None:
        model = self._current()
        self.use_button.setEnabled(self._can_be_used(model))
        architecture = "ARCHITECTURE"
        if model is not None and not model.here and ":" in model.name:
            architecture = model.name.partition(":")[0]
        self.command.setText(f"photofind index ~/Pictures --model {architecture}:FILE")

    # ------------------------------------------------------------------------------ choosing

    def _use(self) -> None:
        model = self._current()
        if model is None or not self._can_be_used(model):
            return
        self.said.withdraw("model")
        self._choice.choose(model.name)
        self.rows.show_loading(model.name)
        self._refresh()

    def _chosen(self) -> None:
        self.rows.show_loading("")
        words = self.tr(
            "This model is in use now. Photos that it has not read yet are read again; what was "
            "read with the one before is kept."
        )
        self.said.show_message(Message("model", words))
        self._refresh()
        self._choice.look()

    def _refused(self, error: PhotoFindError) -> None:
        self.rows.show_loading("")
        sentence = self.tr("The model was not changed. {reason}")
        words = sentence.format(reason=error_sentence(error))
        self.said.show_message(Message("model", words, Weight.ERROR))
        self._refresh()
