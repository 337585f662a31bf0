"""Looking at folders: what came, changed, moved or went since the last time."""

import json
import os
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Final

from photofind.catalog import Catalog, FolderRow
from photofind.errors import Cancelled, FolderMissing, FolderUnreadable
from photofind.library.jobs import Job
from photofind.library.looks import Look, Looks
from photofind.library.progress import Pace
from photofind.paths import is_within, shown_path
from photofind.scan import KnownFile, ScanPlan, passes_over, scan, unanswered

FILES_AT_ONCE: Final = 1000
EXCLUSIONS: Final = "exclusions"  # the setting: a JSON list of patterns


class Scanning:
    """Scans folders into the catalog. Engine thread only."""

    def __init__(self, catalog: Catalog, pace: Pace) -> None:
        self._catalog, self._pace = catalog, pace
        self._looks = Looks()

    def places(self, paths: Sequence[bytes]) -> list[bytes]:
        """Where to look: these folders, none within another, or all that are known.

        Raises, before anything is changed, FolderMissing for what is no folder and never was, and
        FolderUnreadable for a new one that does not answer. One that was removed is not new. A
        single file of a known folder is no folder either: looked at as one, it would seem gone.
        """
        if not paths:
            return [folder.path for folder in self._catalog.folders()]
        places = self._outermost(paths)
        removed = self._catalog.removed_paths()
        for place in places:
            around = self._folder_around(place)
            if place in removed or (around is not None and around.path == place):
                continue
            try:
                what = self._looks.at(place, partial(_glance, place), lambda _: None)
            except TimeoutError:
                if around is not None:
                    continue
                raise FolderUnreadable(
                    "{folder} does not answer; check its drive and try again.",
                    folder=shown_path(place),
                ) from None
            if what == "folder":
                continue
            if what:
                raise FolderMissing(
                    "{file} is not a folder; give the folder that it lies in.",
                    file=shown_path(place),
                )
            if around is None:
                raise FolderMissing("There is no folder {folder}.", folder=shown_path(place))
        return places

    def look_at(self, place: bytes, job: Job, unwanted: Callable[[], bool]) -> bool:
        """Scan one folder, or a part of a known one, and write down what is new.

        False when it became unwanted meanwhile: then nothing was written. A folder that does not
        answer is offline for now, and holds up the others no longer than one step of a look may
        take (see `looks`).
        """
        folder = self._folder_around(place)
        if folder is not None and folder.path != place:
            known = self._catalog.known_files(folder.id, place)
        else:
            # A folder above known ones takes them over, with all that is known of their files, and
            # with what is kept of removed ones. Those that it passed over until now come to it too.
            within = [f for f in self._catalog.folders() if self._reaches(place, f.path)]
            known = [file for inner in within for file in self._catalog.known_files(inner.id)]
            if folder is None:
                known += self._catalog.removed_files(place, self._passes_over)
        patterns = self.patterns()

        def look(under_way: Look) -> ScanPlan:
            return scan(
                place,
                known,
                patterns=patterns,
                cancelled=lambda: under_way.unwanted,
                progress=under_way.goes_on,
            )

        def meanwhile(under_way: Look) -> None:
            self._pace.say("scanning", folder=place, found=under_way.found)
            if unwanted():
                raise Cancelled("Looking through the folders was stopped.")

        try:
            plan = self._looks.at(place, look, meanwhile)
        except Cancelled:
            return False
        except TimeoutError as error:
            plan = unanswered(place, known, error)
        folder = self._catalog.add_folder(place, self._passes_over)
        _count(job, plan, known, new=self._catalog.apply(folder.id, plan))
        return True

    def missed(self, paths: Sequence[bytes], job: Job, unwanted: Callable[[], bool]) -> None:
        """Look at the folders around files that could not be read, where the folder is gone itself:
        a drive was pulled out. One that is empty may be where it was."""

        def meanwhile(_: Look) -> None:
            if unwanted():
                raise Cancelled("Looking after a drive was stopped.")

        for folder in self._catalog.folders():
            if folder.online and any(is_within(path, folder.path) for path in paths):
                try:
                    there = self._looks.at(folder.path, partial(_holds, folder.path), meanwhile)
                except Cancelled:
                    return
                except TimeoutError:
                    there = False
                if not there:
                    self.look_at(folder.path, job, unwanted)

    def patterns(self) -> tuple[str, ...]:
        """The patterns of files and folders to skip."""
        kept = self._catalog.setting(EXCLUSIONS)
        return tuple(json.loads(kept)) if kept else ()

    def set_patterns(self, patterns: Iterable[str]) -> None:
        """These patterns in place of those before."""
        self._catalog.set_setting(EXCLUSIONS, json.dumps(list(dict.fromkeys(patterns))))

    def exclude(self, patterns: Sequence[str]) -> None:
        """Add patterns to those there are."""
        if patterns:
            self.set_patterns((*self.patterns(), *patterns))

    def reached(self, file_ids: Sequence[int], places: Sequence[bytes]) -> set[int]:
        """Those of these files that a look at these places reaches."""

        def around(path: bytes) -> bool:
            return any(is_within(path, place) for place in places)

        # Hidden folders, say, that were added by themselves.
        folders = [folder.path for folder in self._catalog.folders()]
        apart = [
            folder
            for folder in folders
            if around(folder) and not any(self._reaches(place, folder) for place in places)
        ]
        if not apart and all(around(folder) for folder in folders):
            return set(file_ids)
        found: set[int] = set()
        for start in range(0, len(file_ids), FILES_AT_ONCE):
            for file in self._catalog.files(file_ids[start : start + FILES_AT_ONCE]):
                if around(file.path) and not any(is_within(file.path, f) for f in apart):
                    found.add(file.id)
        return found

    def _folder_around(self, place: bytes) -> FolderRow | None:
        return self._catalog.folder_around(place, self._passes_over)

    def _passes_over(self, folder: bytes, below: bytes) -> bool:
        return passes_over(folder, below, self.patterns())

    def _reaches(self, folder: bytes, place: bytes) -> bool:
        return is_within(place, folder) and not self._passes_over(folder, place)

    def _outermost(self, paths: Iterable[bytes]) -> list[bytes]:
        """The paths without those that a look at another of them reaches."""
        kept: list[bytes] = []
        for path in sorted(set(paths), key=len):
            if not any(self._reaches(other, path) for other in kept):
                kept.append(path)
        return kept


def _glance(place: bytes, _look: Look) -> str:
    """What is at a path: "folder", "other", or nothing."""
    if os.path.isdir(place):
        return "folder"
    return "other" if os.path.lexists(place) else ""


def _holds(place: bytes, _look: Look) -> bool:
    """Whether there is anything in a folder."""
    try:
        with os.scandir(place) as entries:
            return next(entries, None) is not None
    except OSError:
        return False


def _count(job: Job, plan: ScanPlan, known: Sequence[KnownFile], *, new: Iterable[int]) -> None:
    """Add what a scan found to a job's counts; what waits is counted when it is finished."""
    job.new.update(new)
    left = {file.id for file in (*plan.missing, *plan.offline, *plan.excluded, *plan.unseen)}
    left |= {file.id for file, _ in plan.changed}
    stay = [file for file in known if file.id not in left]
    already_failed = sum(file.state == "failed" for file in stay)
    already_online_only = sum(file.state == "online-only" for file in stay)
    job.found += plan.found
    job.failed += already_failed
    job.online_only += already_online_only + sum(file.online_only for file in plan.added)
    job.unchanged += plan.unchanged - already_failed - already_online_only
    job.missing.update(file.id for file in plan.missing)
    # A file that was missing before was counted by the job that missed it.
    job.removed += len(plan.missing) + sum(file.presence != "missing" for file in plan.excluded)
    job.unseen.update(file.id for file in plan.unseen)
    if not plan.online:
        job.offline.append(plan.folder)
    job.unreadable.extend(plan.unreadable)
