"""Which models there are and which one is chosen: between the dialog and the worker.

It lives as long as the window: a model may still be loading when the dialog has been closed.
"""

from PySide6.QtCore import QObject, Signal

from photofind.errors import WorkerUnavailable
from photofind.gui.bridge import Bridge, Link
from photofind.protocol import AnyEvent, ChooseModel, Failed, ListModels, ModelList, Request


class ModelChoice(QObject):
    """Everything here is called, and every signal emitted, on the GUI thread."""

    listed = Signal(object)  # tuple of ModelLine
    chosen = Signal()  # the model that was asked for is in use now
    refused = Signal(object)  # PhotoFindError: it is not, and the one before stays in use

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._choosing_id = 0
        self.choosing = ""  # the model that was asked for and is not in use yet
        bridge.answered.connect(self._answered)
        bridge.link_changed.connect(self._link_changed)

    def look(self) -> None:
        """Ask which models there are; `listed` tells."""
        self._bridge.ask_for(ListModels())

    def choose(self, name: str) -> None:
        """Read and search the library with this model from now on; `chosen` or `refused` tells."""
        self.choosing = name
        self._choosing_id = self._bridge.ask_for(ChooseModel(model=name))

    def _answered(self, request: Request, event: AnyEvent) -> None:
        if isinstance(event, ModelList):
            self.listed.emit(event.models)
        elif request.id == self._choosing_id:
            self._over()
            if isinstance(event, Failed):
                self.refused.emit(event.error())
            else:
                self._bridge.index()  # reads what this model has not read yet
                self.chosen.emit()

    def _link_changed(self, link: Link) -> None:
        """A model may be too large for this computer: the next worker is not asked for it."""
        if self._choosing_id and link in (Link.RESTARTING, Link.REPLACING):
            self._bridge.withdraw(self._choosing_id)
            self._over()
            self.refused.emit(
                WorkerUnavailable(self.tr("The search engine ended while it loaded this model."))
            )

    def _over(self) -> None:
        self._choosing_id, self.choosing = 0, ""
