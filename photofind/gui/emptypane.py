"""What stands in place of the grid when there is nothing to show: why, and a way on."""

from enum import Enum

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from photofind.gui import theme
from photofind.gui.icons import paint_icon

PICTURE = 96  # logical pixels
TEXT_WIDTH = 460
FRAME_MARGIN = 24


class Emptiness(Enum):
    """Why there is nothing to show."""

    NO_FOLDER = "no-folder"
    NO_PHOTOS = "no-photos"
    OFFLINE = "offline"
    BEGINNING = "beginning"
    NOTHING_RECENT = "nothing-recent"


class PrimaryButton(QPushButton):
    """The one thing to do: filled with the accent colour."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        font = self.font()
        font.setBold(True)
        self.setFont(font)
        self.setMinimumSize(180, 38)
        self.setAutoDefault(True)  # Enter presses it when it has the focus

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        ground = theme.filled(palette)
        text = theme.on(ground)
        if self.isDown():
            ground = theme.mixed(ground, QColor(0, 0, 0), 0.18)
        elif self.underMouse():
            ground = theme.mixed(ground, QColor(0, 0, 0), 0.08)
        area = QRectF(self.rect()).adjusted(3, 3, -3, -3)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(area, 8, 8)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.accent(palette), 2))
            painter.drawRoundedRect(area.adjusted(-2, -2, 2, 2), 10, 10)
        painter.setPen(text)
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, self.text())
        painter.end()


class LinkButton(QPushButton):
    """Another thing to do: words in the colour of the accent, underlined under the pointer."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setFlat(True)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAutoDefault(True)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = theme.link(self.palette(), QPalette.ColorRole.Base)
        if self.hasFocus():
            painter.setPen(QPen(theme.accent(self.palette()), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 7, 7)
        font = QFont(self.font())
        font.setUnderline(self.underMouse())
        painter.setFont(font)
        painter.setPen(colour)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
        painter.end()


class EmptyPane(QWidget):
    """One kind of emptiness at a time. The whole pane is a target for folders; the window takes the
    drop and tells the pane when something hovers."""

    add_wanted = Signal()
    samples_wanted = Signal()
    look_again_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = "photos"
        self._kind = Emptiness.BEGINNING
        self._dropping = False
        self._samples = False
        self._title = QLabel(self)
        font = QFont(self._title.font())
        font.setPointSizeF(font.pointSizeF() * 1.6)
        font.setBold(True)
        self._title.setFont(font)
        self._text = QLabel(self)
        self._privacy = QLabel(self.tr("Nothing leaves this computer."), self)
        for label in (self._title, self._text, self._privacy):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setFixedWidth(TEXT_WIDTH)
            label.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Minimum)
        self.add_button = PrimaryButton(self.tr("Add a folder…"), self)
        self.add_button.clicked.connect(self.add_wanted)
        self.samples_button = LinkButton(self.tr("Try it with sample photos"), self)
        self.samples_button.clicked.connect(self.samples_wanted)
        self.again_button = QPushButton(self.tr("Look again"), self)
        self.again_button.clicked.connect(self.look_again_wanted)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(FRAME_MARGIN, 24, FRAME_MARGIN, 24)
        layout.setSpacing(0)
        layout.addStretch(4)
        layout.addSpacing(PICTURE + 24)
        for widget, after in (
            (self._title, 8),
            (self._text, 24),
            (self.add_button, 8),
            (self.again_button, 8),
            (self.samples_button, 24),
            (self._privacy, 0),
        ):
            layout.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
            layout.addSpacing(after)
        layout.addStretch(5)
        self.show_emptiness(Emptiness.BEGINNING)
        self._colour()

    @property
    def kind(self) -> Emptiness:
        """What is shown."""
        return self._kind

    def offer_samples(self, there_are: bool) -> None:
        """Whether sample photos are installed."""
        self._samples = there_are
        self.show_emptiness(self._kind)

    def show_emptiness(self, kind: Emptiness) -> None:
        """Say why there is nothing, and what can be done."""
        self._kind = kind
        self._icon, title, text = {
            Emptiness.NO_FOLDER: (
                "drop",
                self.tr("Drop folders of photos here"),
                self.tr("Then search them in your own words."),
            ),
            Emptiness.NO_PHOTOS: (
                "folder",
                self.tr("No photos here"),
                self.tr("There are no pictures in this folder, or they are all excluded."),
            ),
            Emptiness.OFFLINE: (
                "folder-offline",
                self.tr("Everything is offline"),
                self.tr("Connect the drive that your photos are on, then look again."),
            ),
            Emptiness.BEGINNING: (
                "photos",
                self.tr("Looking for photos"),
                self.tr("They appear here as they are found; you can search at once."),
            ),
            Emptiness.NOTHING_RECENT: (
                "recent",
                self.tr("Nothing new"),
                self.tr("Photos that were added lately appear here."),
            ),
        }[kind]
        self._title.setText(title)
        self._text.setText(text)
        first = kind is Emptiness.NO_FOLDER
        self.add_button.setVisible(first)
        self.samples_button.setVisible(first and self._samples)
        self._privacy.setVisible(first)
        self.again_button.setVisible(kind in (Emptiness.OFFLINE, Emptiness.NO_PHOTOS))
        self.setAccessibleName(f"{title}. {text}")
        self.update()

    def set_dropping(self, dropping: bool) -> None:
        """Whether something that can be added hovers over the window."""
        if dropping != self._dropping:
            self._dropping = dropping
            self.update()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._colour()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        painter.fillRect(self.rect(), palette.color(QPalette.ColorRole.Base))
        if self._kind is Emptiness.NO_FOLDER:
            self._paint_target(painter)
        square = QRectF(
            (self.width() - PICTURE) / 2, self._title.y() - 24 - PICTURE, PICTURE, PICTURE
        )
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.tint(palette, QPalette.ColorRole.Base, 0.14))
        painter.drawEllipse(square)
        inner = square.adjusted(24, 24, -24, -24)
        paint_icon(painter, self._icon, inner, theme.accent(palette))
        painter.end()

    def _paint_target(self, painter: QPainter) -> None:
        palette = self.palette()
        frame = QRectF(self.rect()).adjusted(
            FRAME_MARGIN, FRAME_MARGIN, -FRAME_MARGIN, -FRAME_MARGIN
        )
        if self._dropping:
            pen = QPen(theme.accent(palette), 2)
            painter.setBrush(theme.tint(palette, QPalette.ColorRole.Base, 0.08))
        else:
            pen = QPen(theme.mixed(theme.hairline(palette), theme.muted(palette), 0.35), 1.5)
            painter.setBrush(Qt.BrushStyle.NoBrush)
        pen.setStyle(Qt.PenStyle.CustomDashLine)
        pen.setDashPattern([5, 4])
        painter.setPen(pen)
        painter.drawRoundedRect(frame, 16, 16)

    def _colour(self) -> None:
        palette = QPalette(self.palette())
        palette.setColor(
            QPalette.ColorRole.WindowText, theme.muted(palette, QPalette.ColorRole.Base)
        )
        for label in (self._text, self._privacy):
            label.setPalette(palette)
