"""Every dialog does what its controls say."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from photofind.gui.setaside import SetAsideDialog
from photofind.gui.settings import WindowSettings
from photofind.gui.window import Window
from photofind.protocol import EncoderState, ListModels, Retry, SetExclusions
from tests.gui.conftest import MONTHS
from tests.gui.fakes import FakeClient, FakeWorkers
from tests.gui.library import LibraryForTests, write_photo
from tests.gui.window.acting import CONTROL, Key, Open, dialog


def test_files_set_aside_are_listed_with_reason_and_tried_again(
    open_window: Open, workers: FakeWorkers, bare: LibraryForTests, tmp_path: Path, qtbot: QtBot
) -> None:
    from photofind.catalog import FileFailed
    from photofind.errors import Reason
    from photofind.gui.setaside import SetAsideDialog

    for number in range(3):
        write_photo(tmp_path / "photos", number, month=202001)
    ids = bare.add(tmp_path / "photos")
    failed = [FileFailed(file_id, Reason.TRUNCATED, "line 3") for file_id in ids[:2]]
    bare.catalog.store(bare.encoder_id, [], failed)
    window = open_window(bare.paths)
    qtbot.waitUntil(window.sidebar.aside_button.isVisible)
    assert window.sidebar.aside_button.text() == "2 set aside"
    folder = window.sidebar.model.index(3).data(Qt.ItemDataRole.AccessibleTextRole)
    assert folder == "photos, 1 photo(s)"  # as many as a click on it shows
    qtbot.mouseClick(window.sidebar.aside_button, Qt.MouseButton.LeftButton)
    listed = dialog(qtbot, SetAsideDialog)
    assert isinstance(listed, SetAsideDialog)
    qtbot.waitUntil(lambda: listed.model.rowCount() == 2)
    first = listed.model.index(0)
    assert "The picture is cut off" in first.data(Qt.ItemDataRole.AccessibleTextRole)
    listed.list.setCurrentIndex(first)
    qtbot.mouseClick(listed.retry_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(workers.client.of(Retry)))
    assert workers.client.of(Retry)[0].file_ids == (listed.model.files[0].file_id,)
    listed.close()
    window.sidebar.list.setFocus()
    for button in (window.sidebar.aside_button, window.sidebar.add_button):  # as they stand
        qtbot.keyClick(window.focusWidget(), Key.Key_Tab)
        assert window.focusWidget() is button


def test_a_list_of_files_set_aside_without_any_says_so(window: Window, qtbot: QtBot) -> None:
    from photofind.gui.setaside import SetAsideDialog

    window.actions_.set_aside.trigger()
    listed = dialog(qtbot, SetAsideDialog)
    assert isinstance(listed, SetAsideDialog)
    qtbot.waitUntil(lambda: "Nothing is set aside" in listed.explanation.text())
    assert not listed.retry_button.isEnabled()
    listed.close()


def test_the_list_of_files_set_aside_is_opened_once(window: Window, qtbot: QtBot) -> None:
    window.actions_.set_aside.trigger()
    first = dialog(qtbot, SetAsideDialog)
    window.actions_.set_aside.trigger()
    assert [w for w in window.findChildren(SetAsideDialog) if w.isVisible()] == [first]
    first.close()
    window.actions_.set_aside.trigger()
    again = dialog(qtbot, SetAsideDialog)
    qtbot.waitUntil(lambda: bool(again.explanation.text()))
    again.reject()


def test_the_ledger_adds_up(window: Window, qtbot: QtBot) -> None:
    from photofind.gui.sheets import LedgerSheet

    window.actions_.library.trigger()
    sheet = dialog(qtbot, LedgerSheet)
    assert isinstance(sheet, LedgerSheet)
    *parts, (_, files) = sheet.lines
    assert sum(count for _, count in parts) == files == len(MONTHS)
    sheet.close()


def test_preferences_are_applied_and_kept(
    window: Window, client: FakeClient, qtbot: QtBot, library: LibraryForTests
) -> None:
    from photofind.gui.preferences import PreferencesDialog

    qtbot.keyClick(window, Key.Key_Comma, CONTROL)
    preferences = dialog(qtbot, PreferencesDialog)
    assert isinstance(preferences, PreferencesDialog)
    preferences.patterns.setPlainText("*.png\n\n  Screenshots \n*.png")
    preferences.whole.setChecked(True)
    preferences.cells.setValue(120)
    preferences.language.setCurrentIndex(2)
    preferences._choose()
    qtbot.waitUntil(lambda: bool(client.of(SetExclusions)))
    assert client.of(SetExclusions)[0].patterns == ("*.png", "Screenshots")
    assert not window.grid.fill
    assert window.grid.cell_size == 120
    kept = WindowSettings(library.paths)
    assert (kept.language, kept.whole_photos, kept.cell_size) == ("ko", True, 120)


@pytest.mark.parametrize("name", ["keys", "about", "preferences", "set_aside", "library", "models"])
def test_every_dialog_opens_and_closes_with_escape(window: Window, qtbot: QtBot, name: str) -> None:
    getattr(window.actions_, name).trigger()
    opened = dialog(qtbot)
    qtbot.keyClick(opened, Key.Key_Escape)
    qtbot.waitUntil(
        lambda: (
            not any(
                isinstance(w, QDialog) and w.isVisible() for w in QApplication.topLevelWidgets()
            )
        )
    )


def test_preferences_lead_to_the_models_and_tell_what_was_chosen(
    window: Window, client: FakeClient, qtbot: QtBot
) -> None:
    from photofind.gui.modelsdialog import ModelsDialog
    from photofind.gui.preferences import PreferencesDialog

    window.actions_.preferences.trigger()
    preferences = dialog(qtbot, PreferencesDialog)
    assert isinstance(preferences, PreferencesDialog)
    client.hear(EncoderState(state="ready", model="builtin", basic=True, device="cpu"))
    qtbot.waitUntil(lambda: preferences.model.text() == "Built-in model (basic)")
    qtbot.mouseClick(preferences.models_button, Qt.MouseButton.LeftButton)
    models = dialog(qtbot, ModelsDialog)
    assert models.parent() is preferences
    qtbot.waitUntil(lambda: bool(client.of(ListModels)))
    models.reject()
    preferences.reject()
