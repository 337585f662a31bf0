"""The dialogs of the window: which there are, what they are given, what they change."""

import json
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from photofind.gui.bridge import Bridge
from photofind.gui.modelchoice import ModelChoice
from photofind.gui.modelsdialog import ModelsDialog
from photofind.gui.modelwords import model_name
from photofind.gui.preferences import Preferences, PreferencesDialog
from photofind.gui.reads import LibraryReads
from photofind.gui.setaside import SetAsideDialog
from photofind.gui.settings import WindowSettings
from photofind.gui.sheets import AboutSheet, KeysSheet, LedgerSheet


class Dialogs(QObject):
    """Opens them; none stops the window or the work."""

    show_wanted = Signal(object)  # path, in the file manager
    preferred = Signal(object)  # Preferences: those of the grid have changed

    def __init__(
        self, window: QWidget, bridge: Bridge, reads: LibraryReads, settings: WindowSettings
    ) -> None:
        super().__init__(window)
        self._window = window
        self._bridge = bridge
        self._reads = reads
        self._settings = settings
        self._models = ModelChoice(bridge, self)
        self._set_aside: SetAsideDialog | None = None

    def show_set_aside(self) -> None:
        """What could not be read; a list that is open already comes to the front."""
        if self._set_aside is not None:
            self._set_aside.raise_()
            self._set_aside.activateWindow()
            return
        dialog = self._set_aside = SetAsideDialog(self._reads, self._window)
        dialog.finished.connect(self._set_aside_closed)
        dialog.retry_wanted.connect(self._bridge.retry)
        dialog.show_wanted.connect(self.show_wanted)
        self._bridge.library_changed.connect(dialog.look_again)
        dialog.show()

    def _set_aside_closed(self) -> None:
        self._set_aside = None

    def show_ledger(self) -> None:
        """Where every file stands."""
        self._reads.request(
            lambda reader: reader.ledger(), lambda ledger: LedgerSheet(ledger, self._window).open()
        )

    def show_keys(self) -> None:
        """The keyboard."""
        KeysSheet(self._window).open()

    def show_about(self) -> None:
        """What PhotoFind is."""
        encoder = self._bridge.encoder
        AboutSheet(model_name(encoder), encoder.device, self._window).open()

    def show_models(self, parent: QWidget | None = None) -> None:
        """Which models there are, and which is in use."""
        ModelsDialog(self._models, parent or self._window).open()

    def show_preferences(
        self, *, whole_photos: bool, cell_size: int, sizes: tuple[int, int]
    ) -> None:
        """What can be chosen; `sizes` are the smallest and largest cell."""

        def show(exclusions: str | None = None) -> None:
            now = Preferences(
                exclusions=tuple(json.loads(exclusions)) if exclusions else (),
                whole_photos=whole_photos,
                cell_size=cell_size,
                language=self._settings.language,
            )
            dialog = PreferencesDialog(
                now, sizes=sizes, encoder=self._bridge.encoder, parent=self._window
            )
            dialog.chosen.connect(partial(self._prefer, now))
            dialog.models_wanted.connect(partial(self.show_models, dialog))
            self._bridge.encoder_changed.connect(dialog.show_encoder)
            dialog.open()

        self._reads.request(
            lambda reader: reader.setting("exclusions"), show, key="preferences", otherwise=show
        )

    def _prefer(self, before: Preferences, chosen: Preferences) -> None:
        if chosen.exclusions != before.exclusions:
            self._bridge.set_exclusions(chosen.exclusions)
        self._settings.language = chosen.language
        self.preferred.emit(chosen)
        self._settings.save()
