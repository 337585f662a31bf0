"""What the pane shows: a part of the library, the hits of a query, or why there is nothing."""

from collections.abc import Sequence

from photofind.catalog.records import FolderRow, Ledger, View
from photofind.gui.emptypane import Emptiness

WORKING = ("scanning", "loading", "indexing")  # stages in which photos may still appear


def emptiness(
    view: View,
    folders: Sequence[FolderRow],
    ledger: Ledger | None,
    *,
    shown: int,
    adding: bool,
    working: bool,
) -> Emptiness | None:
    """Why a view shows nothing; None while it shows something or is about to.

    `shown`: photos in the grid. `adding`: a folder is on its way to the worker. `working`: the
    worker is starting or looking for photos.
    """
    if shown:
        return None
    if not folders:
        return Emptiness.BEGINNING if adding else Emptiness.NO_FOLDER
    if working or adding:
        return Emptiness.BEGINNING
    seen = [folder for folder in folders if view.folder_id in (None, folder.id)]
    if not any(folder.online for folder in seen):
        return Emptiness.OFFLINE
    if view.recent and ledger is not None and ledger.photos:
        return Emptiness.NOTHING_RECENT
    return Emptiness.NO_PHOTOS
