"""One window a library: a second start hands its folders to the first window and ends.

Who is first is decided by `window.lock` in the library folder (QLockFile: a lock of a process that
is gone is taken over). Where the first one listens is written in `window.address` beside it,
because a socket's path must be short and a library's, or TMPDIR, need not be. A lock whose holder
does not listen (its process id was given to another program) is taken over too.
"""

import hashlib
import logging
import os
import secrets
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
from PySide6.QtCore import QLockFile, QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from photofind.paths import LibraryPaths

_log = logging.getLogger(__name__)

LOCK_FILE = "window.lock"
ADDRESS_FILE = "window.address"
ANSWER_MS = 2000
STARTING_SECONDS = 2.0  # between taking the lock and listening lie milliseconds
RETRY_SECONDS = 0.05
ADDRESS_BYTES = 85  # sun_path holds 104 bytes on macOS, and Qt adds some while it binds
MESSAGE_BYTES = 4 * 2**20
WELL = b"\x01"
ACTIVATION_VARIABLE = "XDG_ACTIVATION_TOKEN"  # Wayland's permission to come to the front


class Handover(msgspec.Struct, frozen=True):
    """What a second start tells the first window."""

    folders: tuple[bytes, ...] = ()
    activation: str = ""


class Instance(QObject):
    """This process's claim to be the library's window."""

    handed_over = Signal(object)  # tuple of folders; the window comes to the front

    def __init__(self, paths: LibraryPaths, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._paths = paths
        self._lock = QLockFile(str(paths.root / LOCK_FILE))
        self._lock.setStaleLockTime(0)  # a window may be open for weeks
        self._server: QLocalServer | None = None

    @property
    def _address_file(self) -> Path:
        return self._paths.root / ADDRESS_FILE

    def claim(self, folders: Sequence[bytes]) -> bool:
        """True: we are the library's window. False: there is one, and it has our folders now.

        Blocks for milliseconds, or for seconds behind a window that has crashed in an odd way.
        """
        deadline = time.monotonic() + STARTING_SECONDS
        while not self._lock.tryLock(0):
            if self._lock.error() != QLockFile.LockError.LockFailedError:
                # A library that may not be written: its windows cannot know of each other.
                _log.warning("no window lock in %s", self._paths.root)
                return True
            if self._hand_over(folders):
                return False
            if time.monotonic() > deadline:
                _log.warning("the window lock is held by nobody who listens; taking it over")
                Path(self._lock.fileName()).unlink(missing_ok=True)
                deadline = time.monotonic() + STARTING_SECONDS
            time.sleep(RETRY_SECONDS)
        self._listen()
        return True

    def close(self) -> None:
        """Give up the claim."""
        if self._server is not None:
            self._server.close()
            self._server = None
            self._address_file.unlink(missing_ok=True)
        self._lock.unlock()

    # ------------------------------------------------------------------------- second start

    def _hand_over(self, folders: Sequence[bytes]) -> bool:
        try:
            address = self._address_file.read_text(encoding="utf-8")
        except (OSError, ValueError):
            return False
        socket = QLocalSocket()
        socket.connectToServer(address)
        if not socket.waitForConnected(ANSWER_MS):
            return False
        _let_others_come_to_front()
        message = Handover(tuple(folders), os.environ.get(ACTIVATION_VARIABLE, ""))
        data = msgspec.msgpack.encode(message)
        socket.write(len(data).to_bytes(4, "big") + data)
        socket.flush()
        # A window that is busy for a moment still has what was written; one that was just being
        # closed hangs up without a word, and its place is free in a moment.
        well = socket.waitForReadyRead(ANSWER_MS)
        taken = well or socket.state() == QLocalSocket.LocalSocketState.ConnectedState
        socket.disconnectFromServer()
        return taken

    # -------------------------------------------------------------------------- first window

    def _listen(self) -> None:
        server = QLocalServer(self)
        server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        server.newConnection.connect(self._meet)
        for address in _addresses(self._paths.root):
            QLocalServer.removeServer(address)  # ours by the lock: nobody lives there
            if server.listen(address):
                break
        else:
            _log.warning("no place to listen for second starts: %s", server.errorString())
            return
        self._server = server
        try:
            self._address_file.write_text(server.fullServerName(), encoding="utf-8")
        except OSError as error:
            _log.warning("second starts will not find this window: %s", error)

    def _meet(self) -> None:
        assert self._server is not None
        while (socket := self._server.nextPendingConnection()) is not None:
            caller = _Caller(socket, self)
            caller.said.connect(self._said)
            caller.read()  # what came before

    def _said(self, handover: Handover) -> None:
        if handover.activation:
            os.environ[ACTIVATION_VARIABLE] = handover.activation  # Qt takes it when we come up
        self.handed_over.emit(handover.folders)


class _Caller(QObject):
    """A second start, or a stranger, at the socket. Goes when the caller hangs up."""

    said = Signal(object)  # Handover

    def __init__(self, socket: QLocalSocket, parent: QObject) -> None:
        super().__init__(parent)
        # Else it dies with the server, while events for it may still be under way.
        socket.setParent(self)
        self._socket = socket
        self._received = bytearray()
        socket.readyRead.connect(self.read)
        socket.disconnected.connect(self.deleteLater)

    def read(self) -> None:
        """Take what has come; `said` tells when that is all."""
        self._received += self._socket.readAll().data()
        size = int.from_bytes(self._received[:4], "big")
        if size > MESSAGE_BYTES:
            self._refuse()
        elif len(self._received) >= 4 and len(self._received) >= 4 + size:
            try:
                handover = msgspec.msgpack.decode(self._received[4 : 4 + size], type=Handover)
            except msgspec.DecodeError:
                self._refuse()
                return
            self._received.clear()
            self._socket.write(WELL)
            self._socket.flush()
            self.said.emit(handover)

    def _refuse(self) -> None:
        _log.warning("a stranger knocked at the window")
        self._received.clear()
        self._socket.abort()


def _addresses(root: Path) -> list[str]:
    """Where a window of this library may listen, the best place first."""
    name = "photofind-window-" + hashlib.sha256(os.fsencode(root)).hexdigest()[:12]
    if os.name == "nt":
        return [f"{name}-{secrets.token_hex(6)}"]
    found = [str(root / "window.socket")]
    # Another user could sit on a name in /tmp that is known beforehand.
    found += [
        f"{folder}/{name}-{secrets.token_hex(4)}"
        for folder in (os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir(), "/tmp")
        if folder and os.path.isdir(folder)
    ]
    return [address for address in found if len(os.fsencode(address)) <= ADDRESS_BYTES]


def _let_others_come_to_front() -> None:
    """Windows lets a program raise its window only if the program in front allows it."""
    if sys.platform == "win32":
        import ctypes

        any_process = -1
        ctypes.windll.user32.AllowSetForegroundWindow(any_process)
