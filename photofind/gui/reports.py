"""What stopped or went wrong, from the worker and the catalog to the bar under the header."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from photofind.errors import (
    FolderMissing,
    FolderUnreadable,
    LibraryReadOnly,
    LibraryUnusable,
    ModelError,
    PhotoFindError,
    UsageError,
)
from photofind.gui.bridge import Bridge, Link
from photofind.gui.errorwords import error_sentence, sentence_of
from photofind.gui.messagebar import Message, MessageBar, Weight
from photofind.gui.reads import LibraryReads
from photofind.paths import shown_path
from photofind.protocol import (
    AnyEvent,
    ChooseModel,
    EncoderState,
    Failed,
    Index,
    Indexed,
    LibraryChanged,
    Progress,
    Request,
)

NAMED_FOLDERS = 3  # in one sentence
# Trying the same again gives the same.
NOT_AGAIN = (FolderMissing, FolderUnreadable, UsageError, LibraryReadOnly)
# Of what was asked for, not of the work: that goes on, and is no reason to say them no longer.
OF_AN_ERRAND = (FolderMissing, FolderUnreadable, UsageError)


class Reports(QObject):
    """Each thing that can be wrong has a key: it is said once, and withdrawn when it is over."""

    look_again_wanted = Signal()  # at the catalog, that could not be read
    models_wanted = Signal()  # for one that does not load

    def __init__(
        self, bridge: Bridge, reads: LibraryReads, messages: MessageBar, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._messages = messages
        bridge.link_changed.connect(self._link_changed)
        bridge.answered.connect(self._answered)  # is told before a failure
        bridge.failed.connect(self._failed)
        bridge.encoder_changed.connect(self._encoder_changed)
        bridge.progressed.connect(self._progressed)
        bridge.indexed.connect(self._indexed)
        bridge.found.connect(self._found)
        bridge.library_changed.connect(self._library_changed)
        reads.failed.connect(self._read_failed)
        self._model = ""
        self._refused_a_model = False

    def could_read(self) -> None:
        """The catalog was read: what was wrong with it is over."""
        self._messages.withdraw("library")

    def mistake(self, error: BaseException) -> None:
        """Something went wrong that nobody expected; it is in the log."""
        self._stopped("mistake", error_sentence(error))

    def _link_changed(self, link: Link) -> None:
        if link is not Link.FAILED:
            self._messages.withdraw("worker")

    def _answered(self, request: Request, event: AnyEvent) -> None:
        failed = isinstance(event, Failed)
        if isinstance(request, ChooseModel):
            self._refused_a_model = failed
            if not failed:
                self._messages.withdraw("choice")
        elif isinstance(request, Index) and request.paths and not failed:
            self._messages.withdraw("errand")

    def _failed(self, error: Exception) -> None:
        refused, self._refused_a_model = self._refused_a_model, False
        if refused:
            self._stopped("choice", error_sentence(error))
        elif isinstance(error, OF_AN_ERRAND):
            self._stopped("errand", error_sentence(error))
        elif isinstance(error, ModelError):
            self._messages.show_message(
                Message(
                    "indexing",
                    error_sentence(error),
                    Weight.ERROR,
                    self.tr("Models…"),
                    self.models_wanted.emit,
                )
            )
        elif self._bridge.link is not Link.FAILED:
            again = None if isinstance(error, NOT_AGAIN) else self._bridge.index
            self._stopped("indexing", error_sentence(error), again)
        elif isinstance(error, LibraryReadOnly):  # trying again does not help
            self._stopped("worker", error_sentence(error))
        else:
            self._stopped("worker", error_sentence(error), self._bridge.try_again)

    def _encoder_changed(self, encoder: EncoderState) -> None:
        if encoder.state == "failed":
            sentence = sentence_of(encoder.sentence, encoder.names) or encoder.message
            self._stopped("indexing", sentence, self._bridge.index)
        if encoder.model != self._model:
            self._model = encoder.model
            self._messages.withdraw("model-note")  # it was of another model

    def _found(self, *_: object) -> None:
        self._messages.withdraw("search")

    def _progressed(self, progress: Progress) -> None:
        if progress.stage == "scanning":  # all begins anew
            self._messages.withdraw("cancelled")

    def _library_changed(self, _change: LibraryChanged) -> None:
        self._messages.withdraw("indexing")  # it goes on

    def _indexed(self, done: Indexed) -> None:
        self._messages.withdraw("indexing")
        if done.cancelled:
            self._messages.show_message(
                Message(
                    "cancelled",
                    self.tr("Indexing was stopped. What is not read yet cannot be searched."),
                    button=self.tr("Go on"),
                    action=self._bridge.index,
                )
            )
        else:
            self._messages.withdraw("cancelled")
        if done.unreadable:
            names = ", ".join(shown_path(folder) for folder in done.unreadable[:NAMED_FOLDERS])
            sentence = self.tr("You may not read these folders; they are left out: {names}")
            self._messages.show_message(
                Message("unreadable", sentence.format(names=names), lasting=True)
            )
        else:
            self._messages.withdraw("unreadable")

    def _read_failed(self, error: PhotoFindError) -> None:
        if type(error) is LibraryUnusable and self._bridge.link is Link.STARTING:
            return  # a library of an older PhotoFind, which the worker is bringing up to date
        self._stopped("library", error_sentence(error), self.look_again_wanted.emit)

    def _stopped(self, key: str, text: str, again: Callable[[], object] | None = None) -> None:
        button = self.tr("Try again") if again is not None else ""
        self._messages.show_message(Message(key, text, Weight.ERROR, button, again))
