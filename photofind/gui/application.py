"""The Qt application around the window: language, log, signals, and what to do with mistakes."""

import logging
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType, TracebackType

from PySide6.QtCore import (
    QEvent,
    QLibraryInfo,
    QLocale,
    QMessageLogContext,
    QObject,
    QSocketNotifier,
    Qt,
    QTimer,
    QtMsgType,
    QTranslator,
    qInstallMessageHandler,
)
from PySide6.QtGui import QFileOpenEvent, QGuiApplication
from PySide6.QtWidgets import QApplication

from photofind import __version__
from photofind.gui.icons import application_icon
from photofind.paths import absolute
from photofind.resources import resource

_log = logging.getLogger(__name__)
_qt_log = logging.getLogger("qt")

BLOCKED_SECONDS = 0.1  # a person notices this
TICK_MS = 100
LANGUAGES = ("en", "ko")

_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def make_application() -> QApplication:
    """The one QApplication of this process."""
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(
        Qt.HighDpiScaleFactorRoundingPolicy.PassThrough
    )
    QGuiApplication.setDesktopFileName("photofind")
    application = QApplication(sys.argv[:1])
    application.setApplicationName("PhotoFind")
    application.setApplicationDisplayName("PhotoFind")
    application.setApplicationVersion(__version__)
    application.setWindowIcon(application_icon())
    return application


def translate_application(application: QApplication, language: str) -> None:
    """Use a language ("" for that of the system) for our words and for Qt's own."""
    locale = QLocale(language) if language else QLocale.system()
    if locale.language() == QLocale.Language.C:  # a system without a locale: numbers, dates as here
        locale = QLocale(QLocale.Language.English)
    QLocale.setDefault(locale)
    ours = QTranslator(application)
    folder = str(resource("translations"))
    # Korean only for Korean: anything else reads English, whose file holds the plurals.
    code = QLocale.languageToCode(locale.language())
    if ours.load(f"photofind_{code if code in LANGUAGES else 'en'}", folder):
        application.installTranslator(ours)
    else:
        _log.warning("no words in %s", folder)
    qt = QTranslator(application)
    if qt.load(locale, "qtbase", "_", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        application.installTranslator(qt)


def log_qt_messages() -> None:
    """What Qt has to say goes to the log, not to a terminal that may not be there."""

    def take(kind: QtMsgType, _context: QMessageLogContext, message: str | None) -> None:
        _qt_log.log(_LEVELS.get(kind, logging.INFO), "%s", message)

    qInstallMessageHandler(take)


def show_mistakes(show: Callable[[BaseException], None]) -> None:
    """Errors that nobody expected are logged and shown; those of threads are logged."""

    def of_gui_thread(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        _log.critical("a mistake", exc_info=(kind, error, trace))
        show(error)

    def of_other_threads(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            _log.critical(
                "a mistake in the thread %s",
                args.thread.name if args.thread else "?",
                exc_info=(args.exc_type, args.exc_value, args.exc_traceback),
            )

    sys.excepthook = of_gui_thread
    threading.excepthook = of_other_threads


class PoliteEnd(QObject):
    """SIGINT and SIGTERM close the window.

    Python runs signal handlers only between its own instructions, and Qt's loop has none while it
    waits; so the signal's wake-up byte is sent through a socket that the loop watches.
    """

    def __init__(self, close: Callable[[], object], parent: QObject) -> None:
        super().__init__(parent)
        self._receiver, self._sender = socket.socketpair()
        self._receiver.setblocking(False)
        self._sender.setblocking(False)
        self._notifier = QSocketNotifier(self._receiver.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._woken)
        self._close = close
        self._former_wakeup = signal.set_wakeup_fd(self._sender.fileno(), warn_on_full_buffer=False)
        self._former = {
            number: signal.signal(number, self._signalled)
            for number in (signal.SIGINT, signal.SIGTERM)
        }

    def end(self) -> None:
        """Leave signals as they were."""
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(self._former_wakeup)
        for number, handler in self._former.items():
            signal.signal(number, handler)
        self._receiver.close()
        self._sender.close()

    def _woken(self) -> None:
        self._receiver.recv(64)  # the handler itself has run by now

    def _signalled(self, number: int, _frame: FrameType | None) -> None:
        _log.info("asked to end by signal %d", number)
        QTimer.singleShot(0, self, lambda: self._close())


class StallWatch(QObject):
    """Logs when the GUI thread was blocked: a tick that comes late tells by how much.

    Beside it stands how long the thread computed since the tick before: much is our work, little
    means that it waited, for a disk, the interpreter lock, or a processor that others had.
    """

    def __init__(self, parent: QObject, *, blocked: float = BLOCKED_SECONDS) -> None:
        super().__init__(parent)
        self._blocked = blocked
        self._due = 0.0
        self._worked = 0.0  # processor time of this thread
        self.longest = 0.0  # seconds
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)
        QTimer.singleShot(0, self, self._begin)  # opening the window is not a stall

    def _begin(self) -> None:
        self._due = time.monotonic() + TICK_MS / 1000
        self._worked = time.thread_time()
        self._timer.start()

    def _tick(self) -> None:
        now, worked = time.monotonic(), time.thread_time()
        late, work = now - self._due, worked - self._worked
        self._due, self._worked = now + TICK_MS / 1000, worked
        if late > self._blocked:
            self.longest = max(self.longest, late)
            _log.warning(
                "the window was blocked for %.0f ms, computing for %.0f", late * 1000, work * 1000
            )


class OpenedFiles(QObject):
    """Folders dropped on the program's icon, which macOS alone sends as events.

    A filter of the application sees every event of every widget, so that each turn of the wheel
    pays for it: elsewhere there is none.
    """

    def __init__(self, application: QApplication, take: Callable[[list[bytes]], None]) -> None:
        super().__init__(application)
        self._take = take
        if sys.platform == "darwin":
            application.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FileOpen and isinstance(event, QFileOpenEvent):
            self._take([absolute(event.file())])
            return True
        return False
