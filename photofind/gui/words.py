"""Sentences of the window that depend on what happened, in the person's language.

English stands in the source; `resources/translations` holds the others, and English plurals.
"""

import html

from PySide6.QtCore import QCoreApplication, QObject

from photofind.errors import Reason
from photofind.gui.dates import number_title
from photofind.paths import shown_path

translate = QCoreApplication.translate

MINUTE, HOUR = 60, 3600  # seconds


class Counted(QObject):
    """Sentences with a number: an object, because lupdate knows plurals in `self.tr` alone."""

    def minutes_left(self, minutes: int) -> str:
        return self.tr("%n min left", "", minutes)

    def hours_left(self, hours: int) -> str:
        return self.tr("%n h left", "", hours)

    def photos_a_second(self, photos: int) -> str:
        return self.tr("%n a second", "", photos)

    def photos_a_minute(self, photos: int) -> str:
        return self.tr("%n a minute", "", photos)

    def photos_found(self, photos: int) -> str:
        return self.tr("%Ln photo(s) found", "", photos)

    def photos_for(self, photos: int) -> str:
        return self.tr("%Ln photo(s) for “{query}”", "", photos)

    def photos_for_in(self, photos: int) -> str:
        return self.tr("%Ln photo(s) for “{query}” in “{folder}”", "", photos)

    def photos_like_this(self, photos: int) -> str:
        return self.tr("%Ln photo(s) like this one", "", photos)

    def photos_like_this_in(self, photos: int) -> str:
        return self.tr("%Ln photo(s) like this one in “{folder}”", "", photos)

    def copies(self, copies: int) -> str:
        return self.tr("%n copies", "", copies)


counted = Counted()


def device_title(device: str) -> str:
    """Where a model runs; `device` is the encoder's name of it."""
    titles = {
        "cpu": translate("Device", "Processor (CPU)"),
        "cuda": translate("Device", "Graphics card (CUDA)"),
        "mps": translate("Device", "Graphics processor (MPS)"),
    }
    return titles.get(device, device)


def reason_sentence(reason: str) -> str:
    """Why a file was set aside; `reason` is what the catalog keeps (a `Reason`)."""
    sentences = {
        Reason.EMPTY: translate("Reason", "The file is empty."),
        Reason.NOT_AN_IMAGE: translate(
            "Reason", "The file is not a picture, whatever its name says."
        ),
        Reason.TRUNCATED: translate(
            "Reason", "The picture is cut off; copy it again from where it came."
        ),
        Reason.DAMAGED: translate("Reason", "The picture is damaged and cannot be read."),
        Reason.TOO_LARGE: translate(
            "Reason", "The picture has more pixels than this computer's memory allows."
        ),
        Reason.UNSUPPORTED: translate("Reason", "This kind of picture cannot be read yet."),
        Reason.NO_PERMISSION: translate(
            "Reason", "You may not read this file; change its permissions and try again."
        ),
        Reason.NOT_A_FILE: translate("Reason", "This is not an ordinary file."),
        Reason.VANISHED: translate("Reason", "The file went away while it was being read."),
        Reason.READ_ERROR: translate(
            "Reason", "The disk reported an error while the file was being read."
        ),
        Reason.DECODER_CRASHED: translate(
            "Reason", "Reading this file crashed the picture decoder twice."
        ),
        Reason.DECODER_TIMEOUT: translate(
            "Reason", "Reading this file took too long and was stopped."
        ),
        Reason.WORKER_CRASHED: translate(
            "Reason", "Indexing crashed twice while this file was read."
        ),
        Reason.NO_EMBEDDING: translate(
            "Reason", "The model gave no usable answer for this picture."
        ),
    }
    try:
        return sentences[Reason(reason)]
    except ValueError:  # of a newer PhotoFind
        return translate("Reason", "The file could not be read.")


def time_left(seconds: float) -> str:
    """Rounded so far that it can be right."""
    if seconds < 50:
        return translate("Time", "less than a minute left")
    if seconds < HOUR - 3 * MINUTE:
        step = MINUTE if seconds < 10 * MINUTE else 5 * MINUTE
        return counted.minutes_left(max(1, round(seconds / step) * step // MINUTE))
    if seconds < 10 * HOUR:
        hours, minutes = divmod(round(seconds / (10 * MINUTE)) * 10, 60)
        if minutes:
            return translate("Time", "{hours} h {minutes} min left").format(
                hours=number_title(hours), minutes=number_title(minutes)
            )
        return counted.hours_left(hours)
    return counted.hours_left(round(seconds / HOUR))


def plain_tip(words: str) -> str:
    """The words for a tool tip, where a name that looks like HTML would be read as that."""
    return words if "<" not in words else f"<p style='white-space: pre'>{html.escape(words)}</p>"


def folder_name(path: bytes) -> str:
    """How a folder is called in the sidebar: its last part."""
    last = path.replace(b"\\", b"/").rstrip(b"/").rpartition(b"/")[2]
    return shown_path(last or path)


def results_title(query: str, matches: int, folder: str = "") -> str:
    """The sentence above the hits of words, in one folder or in the whole library."""
    if not matches:
        return translate("Results", "Nothing here looks like “{query}”.").format(query=query)
    sentence = counted.photos_for_in(matches) if folder else counted.photos_for(matches)
    return sentence.format(query=query, folder=folder)


def similar_title(matches: int, folder: str = "") -> str:
    """The sentence above the hits of a photo or picture."""
    if not matches:
        return translate("Results", "Nothing else here looks like this picture.")
    if folder:
        return counted.photos_like_this_in(matches).format(folder=folder)
    return counted.photos_like_this(matches)


def nearest_title() -> str:
    """The heading of what lies below the cut when nothing lies above it."""
    return translate("Results", "The nearest there is")


def weaker_title() -> str:
    """The line between the hits and the rest."""
    return translate("Results", "weaker matches")
