"""The application as a process: signals, mistakes, the log, the time it takes to be there."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

import photofind.gui
from photofind.errors import PhotoFindError
from photofind.gui.application import StallWatch, log_qt_messages
from photofind.paths import LibraryPaths

HEAVY = ("torch", "open_clip", "numpy", "PIL", "sqlalchemy", "alembic", "hnswlib", "asyncio")

MISTAKE = """
import sys, threading
from pathlib import Path
from PySide6.QtCore import QTimer
from photofind.gui.application import make_application, show_mistakes, PoliteEnd
from photofind.log import start_log
start_log(Path(sys.argv[1]), "window")
application = make_application()
shown = []
show_mistakes(lambda error: shown.append(str(error)))
end = PoliteEnd(application.quit, application)
def wrong(): raise ValueError("nobody expected this")
QTimer.singleShot(0, wrong)
threading.Thread(target=wrong).start()
print("ready", flush=True)
QTimer.singleShot(20_000, lambda: application.exit(3))
status = application.exec()
print(shown, flush=True)
sys.exit(status)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_mistakes_are_shown_and_logged_and_signals_end_politely(
    tmp_path: Path, number: signal.Signals
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", MISTAKE, str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    time.sleep(0.5)
    process.send_signal(number)
    out, err = process.communicate(timeout=10)
    assert process.returncode == 0
    assert out == "['nobody expected this']\n"
    assert "Traceback" not in err
    log = (tmp_path / "window.log").read_text(encoding="utf-8")
    assert log.count("ValueError: nobody expected this") == 2


def test_nothing_heavy_is_imported_before_the_window_is_there() -> None:
    program = (
        "import sys; import photofind.gui.application, photofind.gui.window, "
        "photofind.gui.instance, photofind.gui.bridge, photofind.client; "
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "[]\n", done.stderr


def test_without_a_screen_one_clear_sentence_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in photofind.gui.SCREENS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    with pytest.raises(PhotoFindError, match="no screen"):
        photofind.gui.run(LibraryPaths(tmp_path), [])


def test_a_blocked_window_is_logged(qtbot: QtBot, caplog: pytest.LogCaptureFixture, qapp) -> None:
    watch = StallWatch(qapp)
    qtbot.wait(250)
    assert "blocked" not in caplog.text
    time.sleep(0.5)
    qtbot.waitUntil(lambda: watch.longest > 0.3)
    (record,) = [r for r in caplog.records if "blocked" in r.message]
    assert isinstance(record.args, tuple)
    blocked, computed = record.args
    assert 300 < blocked < 5000
    assert computed < blocked / 2  # it slept
    watch.deleteLater()


def test_what_qt_says_goes_to_the_log(qtbot: QtBot, caplog: pytest.LogCaptureFixture) -> None:
    from PySide6.QtCore import qInstallMessageHandler, qWarning

    before = qInstallMessageHandler(None)
    try:
        log_qt_messages()
        qWarning("a word from Qt")
    finally:
        qInstallMessageHandler(before)
    assert ("qt", "a word from Qt") in [(r.name, r.message) for r in caplog.records]


def test_the_environment_of_the_tests_draws_into_memory() -> None:
    assert os.environ["QT_QPA_PLATFORM"] == "offscreen"
