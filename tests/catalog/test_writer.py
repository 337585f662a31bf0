"""What becomes of files and photos: each rule of the catalog as a promise."""

import threading

import numpy as np
import pytest

from photofind.catalog import Adopted, View
from photofind.errors import DiskFull, Reason
from photofind.scan import ScanPlan
from tests.catalog.making import (
    DIMENSION,
    ROOT,
    SUMMER,
    Library,
    content,
    failed,
    found,
    read,
    vector,
)

# ------------------------------------------------------------------------------------ folders


def test_a_folder_within_a_known_one_is_that_one(library: Library) -> None:
    assert library.catalog.add_folder(ROOT + b"/2024/summer").id == library.folder.id
    assert len(library.catalog.folders()) == 1


def test_a_name_that_only_begins_alike_is_another_folder(library: Library) -> None:
    assert library.catalog.add_folder(ROOT + b"-old").id != library.folder.id


def test_a_folder_above_known_ones_takes_them_over_with_all_that_is_known(library: Library) -> None:
    library.catalog.add_folder(b"/other")
    (first, _) = library.add("a.jpg", "b.jpg")
    library.keep(read(first, "a"))
    above = library.catalog.add_folder(b"/")
    assert [folder.path for folder in library.catalog.folders()] == [b"/"]
    assert (above.files, above.photos) == (2, 2)
    assert library.catalog.embedded_ids(library.encoder).size == 1
    assert library.reader.months(View(folder_id=above.id)) == library.reader.months(View())
    assert library.reader.months(View(folder_id=library.folder.id)) == []


def test_a_removed_folder_is_forgotten_later_but_not_photos_that_lie_elsewhere_too(
    library: Library,
) -> None:
    other = library.catalog.add_folder(b"/other")
    only, shared = library.add("only.jpg", "shared.jpg")
    (copy,) = library.catalog.apply(
        other.id, ScanPlan(b"/other", online=True, added=[found(b"/other/copy.jpg")])
    )
    library.keep(read(only, "only"), read(shared, "both"), read(copy, "both"))
    removed = library.catalog.remove_folder(library.folder.id)
    assert (removed.photo_ids, removed.content_hashes) == ([], [])
    assert [folder.path for folder in library.catalog.folders()] == [b"/other"]
    assert library.purge() == [content("only")]
    assert list(library.catalog.paths_of([1, 2, 3]).values()) == [b"/other/copy.jpg"]
    assert [folder.path for folder in library.catalog.folders()] == [b"/other"]
    assert library.catalog.embedded_ids(library.encoder).size == 1
    assert library.catalog.removed_paths() == set()
    assert library.catalog.take_removed().content_hashes == []


# -------------------------------------------------------------------- removed and brought back


def remove(library: Library) -> None:
    library.catalog.remove_folder(library.folder.id)


def back(library: Library, path: bytes = ROOT) -> list[bytes]:
    """Add a folder at this path; the files that came back with it."""
    library.folder = library.catalog.add_folder(path)
    files = library.catalog.known_files(library.folder.id)
    assert {file.presence for file in files} <= {"offline"}
    assert library.folder.files == len(files)
    return sorted(file.path.removeprefix(ROOT + b"/") for file in files)


def test_what_was_read_of_a_removed_folder_is_in_no_list_count_or_search(library: Library) -> None:
    other = library.catalog.add_folder(b"/other")
    (copy,) = library.catalog.apply(
        other.id, ScanPlan(b"/other", online=True, added=[found(b"/other/copy.jpg")])
    )
    read_, shared, _, broken = library.add("read.jpg", "shared.jpg", "waiting.jpg", "broken.jpg")
    (only, *_) = library.keep(
        read(read_, "a"), read(shared, "b"), read(copy, "b"), failures=[failed(broken)]
    )
    remove(library)
    ledger = library.ledger()
    assert (ledger.photos, ledger.files, ledger.done, ledger.embedded) == (1, 1, 1, 1)
    assert (ledger.waiting, ledger.set_aside, ledger.offline) == (0, 0, 0)
    assert library.reader.set_aside() == []
    assert library.catalog.searchable_ids(library.encoder).size == 1
    assert library.catalog.pending(library.encoder) == []
    assert library.reader.months(View())[0].count == 1
    assert library.reader.months(View(folder_id=library.folder.id)) == []
    assert [row.path for row in library.reader.photos(range(9))] == [b"/other/copy.jpg"]
    assert library.reader.details(only.photo_id) is None
    details = library.reader.details(library.reader.photos(range(9))[0].id)
    assert details is not None
    assert [file.path for file in details.files] == [b"/other/copy.jpg"]
    assert library.catalog.removed_paths() == {ROOT}


def test_a_folder_that_is_brought_back_has_its_photos_and_their_embeddings(
    library: Library,
) -> None:
    ids = library.add("a.jpg", "b.jpg", "waiting.jpg")
    kept = library.keep(read(ids[0], "a"), read(ids[1], "b"))
    before = library.folder
    remove(library)
    assert back(library) == [b"a.jpg", b"b.jpg"]
    assert (library.folder.id, library.folder.added_at) == (before.id, before.added_at)
    assert library.catalog.searchable_ids(library.encoder).tolist() == [k.photo_id for k in kept]
    files = library.catalog.known_files(library.folder.id)
    assert library.catalog.apply(library.folder.id, library.plan(back=files, unchanged=2)) == []
    assert library.ledger().done == 2
    assert library.purge() == []
    assert library.ledger().done == 2


def test_a_file_that_was_missing_before_its_folder_was_removed_does_not_come_back(
    library: Library,
) -> None:
    gone, here = library.add("gone.jpg", "here.jpg")
    library.keep(read(gone, "gone"), read(here, "here"))
    library.lose(gone)
    removed = library.catalog.remove_folder(library.folder.id)
    assert removed.content_hashes == [content("gone")]
    assert back(library) == [b"here.jpg"]


def test_removing_twice_changes_nothing_and_an_unknown_folder_neither(library: Library) -> None:
    """A request may be sent again after the worker was killed."""
    (file_id,) = library.add("a.jpg")
    library.keep(read(file_id, "a"))
    remove(library)
    remove(library)
    library.catalog.remove_folder(99)
    assert library.catalog.removed_paths() == {ROOT}
    assert back(library) == [b"a.jpg"]


def test_parts_of_a_removed_folder_come_back_with_the_folders_that_have_them(
    library: Library,
) -> None:
    ids = library.add("a.jpg", "trip/b.jpg", "trip/c.jpg", "trips/d.jpg")
    library.keep(*[read(file_id, str(file_id)) for file_id in ids])
    remove(library)
    assert back(library, ROOT + b"/trip") == [b"trip/b.jpg", b"trip/c.jpg"]
    assert {file.path for file in library.catalog.removed_files(ROOT)} == {
        ROOT + b"/a.jpg",
        ROOT + b"/trips/d.jpg",
    }
    remove(library)
    assert library.catalog.removed_paths() == {ROOT, ROOT + b"/trip"}
    assert len(back(library, b"/")) == 4
    assert library.catalog.removed_paths() == set()
    assert [folder.path for folder in library.catalog.folders()] == [b"/"]
    assert library.ledger().embedded == 4


def test_a_removed_file_is_no_moved_one_but_lends_its_embedding(library: Library) -> None:
    (old,) = library.add("a.jpg")
    (kept,) = library.keep(read(old, "a"))
    remove(library)
    library.folder = library.catalog.add_folder(b"/backup")
    (new,) = library.catalog.apply(
        library.folder.id, ScanPlan(b"/backup", online=True, added=[found(b"/backup/a.jpg")])
    )
    adopted = library.catalog.adopt(library.encoder, new, content("a"), 1000, SUMMER * 10**9)
    assert adopted == Adopted("copy", kept.photo_id, None)
    assert library.purge() == []
    assert library.catalog.searchable_ids(library.encoder).tolist() == [kept.photo_id]
    assert library.catalog.removed_files(b"/") == []


def test_a_file_whose_folder_was_removed_while_it_was_read_stays_hidden(library: Library) -> None:
    """As when another model reads what is known."""
    one, two, three = library.add("1.jpg", "2.jpg", "3.jpg")
    library.keep(read(one, "1"), read(two, "2"), read(three, "3"))
    remove(library)
    assert library.keep(read(one, "1"), failures=[failed(two)]) == []
    assert library.catalog.adopt(library.encoder, three, content("3"), 1000, 0) is None
    assert library.catalog.retry() == 0
    assert library.ledger().files == 0
    assert back(library) == [b"1.jpg", b"2.jpg", b"3.jpg"]


def test_only_what_was_removed_long_enough_ago_is_forgotten(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = {}
    for day, name in enumerate((b"/one", b"/two", b"/three")):
        folder = library.catalog.add_folder(name)
        (file_id,) = library.catalog.apply(
            folder.id, ScanPlan(name, online=True, added=[found(name + b"/1.jpg")])
        )
        library.keep(read(file_id, name.decode()))
        monkeypatch.setattr("photofind.catalog.writer._now", lambda day=day: 1000 + day)
        library.catalog.remove_folder(folder.id, keep=name != b"/three")
        folders[name] = folder.id
    assert library.purge(999) == [content("/three")]  # of which nothing was to be kept
    assert library.purge(1000) == [content("/one")]
    assert library.catalog.removed_paths() == {b"/two"}
    library.catalog.remove_folder(folders[b"/two"], keep=False)
    assert library.purge(0) == [content("/two")]


def test_forgetting_goes_in_portions_and_a_failed_one_changes_nothing(library: Library) -> None:
    ids = library.add(*[f"{number}.jpg" for number in range(7)])
    library.keep(*[read(file_id, str(file_id)) for file_id in ids])
    remove(library)
    portion = library.catalog.purge(2**62, lambda _: None, files=3)
    assert portion is not None
    assert len(portion.photo_ids) == len(portion.content_hashes) == 3
    assert len(library.catalog.removed_files(ROOT)) == 4

    def full(_: object) -> None:
        raise DiskFull("There is no space left.")

    with pytest.raises(DiskFull):
        library.catalog.purge(2**62, full, files=3)
    assert len(back(library)) == 4
    assert library.ledger().embedded == 4
    remove(library)
    assert len(library.purge(files=2)) == 4
    assert library.catalog.embedded_ids(library.encoder).size == 0


def test_an_id_is_never_given_twice(library: Library) -> None:
    ids = library.add("a.jpg", "b.jpg")
    library.catalog.remove_folder(library.folder.id)
    folder = library.catalog.add_folder(ROOT)
    library.folder = folder
    again = library.add("a.jpg", "b.jpg")
    assert not set(ids) & set(again)
    assert not {1, 2} & {row.id for row in library.reader.photos(range(10))}


# ----------------------------------------------------------------------------------- scanning


def test_an_added_file_is_shown_at_once_by_the_time_of_its_file(library: Library) -> None:
    ids = library.add("a.jpg", "b.jpg")
    assert [row.path for row in library.reader.photos([1, 2])] == [
        ROOT + b"/a.jpg",
        ROOT + b"/b.jpg",
    ]
    assert not any(row.read for row in library.reader.photos([1, 2]))
    assert library.reader.months(View())[0].count == 2
    assert [file.state for file in library.catalog.files(ids)] == ["waiting", "waiting"]
    assert library.catalog.folders()[0].last_seen_at is not None


def test_an_online_only_file_is_shown_but_never_to_be_read(library: Library) -> None:
    assert library.add("cloud.jpg", online_only=True) == []
    assert library.catalog.pending(library.encoder) == []
    assert library.ledger().online_only == 1
    assert len(library.reader.photos([1])) == 1


def test_a_placeholder_that_was_downloaded_is_to_be_read(library: Library) -> None:
    library.add("cloud.jpg", online_only=True)
    known = library.known(1)
    plan = library.plan(changed=[(known, found(known.path))])
    assert library.catalog.apply(library.folder.id, plan) == [1]
    assert library.catalog.pending(library.encoder) == [1]


def test_a_changed_file_becomes_another_photo_and_the_old_one_is_forgotten(
    library: Library,
) -> None:
    (file_id,) = library.add("a.jpg")
    (old,) = library.keep(read(file_id, "before"))
    known = library.known(file_id)
    plan = library.plan(changed=[(known, found(known.path, size=2000, at=SUMMER + 60))])
    assert library.catalog.apply(library.folder.id, plan) == [file_id]
    assert library.catalog.pending(library.encoder) == [file_id]
    (new,) = library.keep(read(file_id, "after"))
    assert (new.kind, new.photo_id == old.photo_id) == ("new", False)
    assert library.catalog.embedded_ids(library.encoder).tolist() == [new.photo_id]
    removed = library.catalog.take_removed()
    assert (removed.photo_ids, removed.content_hashes) == ([old.photo_id], [content("before")])
    assert library.catalog.take_removed().photo_ids == []


def test_a_touched_file_keeps_its_photo_and_its_embedding(library: Library) -> None:
    (file_id,) = library.add("a.jpg")
    (kept,) = library.keep(read(file_id, "a"))
    known = library.known(file_id)
    plan = library.plan(changed=[(known, found(known.path, at=SUMMER + 60))])
    library.catalog.apply(library.folder.id, plan)
    assert library.catalog.sizes_known({1000, 2000}) == {1000}
    adopted = library.catalog.adopt(library.encoder, file_id, content("a"), 1000, SUMMER * 10**9)
    assert adopted == Adopted("same", kept.photo_id, None)
    assert library.catalog.pending(library.encoder) == []


def test_a_changed_copy_leaves_the_photo_of_the_other(library: Library) -> None:
    one, two = library.add("one.jpg", "two.jpg")
    stored = library.keep(read(one, "same"), read(two, "same"))
    known = library.known(two)
    library.catalog.apply(
        library.folder.id, library.plan(changed=[(known, found(known.path, size=5))])
    )
    (changed,) = library.keep(read(two, "edited"))
    assert changed.kind == "new"
    assert library.catalog.paths_of([stored[0].photo_id, changed.photo_id]) == {
        stored[0].photo_id: ROOT + b"/one.jpg",
        changed.photo_id: ROOT + b"/two.jpg",
    }


def test_an_edited_photo_is_not_recently_added(library: Library) -> None:
    (file_id,) = library.add("a.jpg")
    (old,) = library.keep(read(file_id, "before"))
    before = library.reader.details(old.photo_id)
    known = library.known(file_id)
    library.catalog.apply(
        library.folder.id, library.plan(changed=[(known, found(known.path, size=5))])
    )
    (new,) = library.keep(read(file_id, "after"))
    after = library.reader.details(new.photo_id)
    assert before is not None
    assert after is not None
    assert after.added_at == before.added_at


def test_a_changed_file_out_of_reach_leaves_its_photo(library: Library) -> None:
    (file_id,) = library.add("a.jpg")
    (old,) = library.keep(read(file_id, "before"))
    known = library.known(file_id)
    plan = library.plan(changed=[(known, found(known.path, size=5, online_only=True))])
    assert library.catalog.apply(library.folder.id, plan) == []
    assert library.catalog.take_removed().photo_ids == [old.photo_id]
    assert library.ledger().online_only == 1


def test_an_unread_file_that_changed_moves_to_its_new_month(library: Library) -> None:
    library.add("a.jpg")
    known = library.known(1)
    later = SUMMER + 40 * 86400
    library.catalog.apply(
        library.folder.id, library.plan(changed=[(known, found(known.path, at=later))])
    )
    assert [month.month for month in library.reader.months(View())] == [202508]


def test_offline_files_stay_shown_and_are_not_read(library: Library) -> None:
    seen, unread = library.add("seen.jpg", "unread.jpg")
    library.keep(read(seen, "seen"))
    files = library.catalog.known_files(library.folder.id)
    away = ScanPlan(ROOT, online=False, offline=files)
    assert library.catalog.apply(library.folder.id, away) == []
    assert not library.catalog.folders()[0].online
    assert (library.catalog.folders()[0].files, library.catalog.folders()[0].photos) == (2, 2)
    assert library.catalog.pending(library.encoder) == []
    assert {row.presence for row in library.reader.photos([1, 2])} == {"offline"}
    assert library.catalog.searchable_ids(library.encoder).size == 1
    assert library.ledger().offline == 2

    files = library.catalog.known_files(library.folder.id)
    assert library.catalog.apply(library.folder.id, library.plan(back=files, unchanged=2)) == []
    assert library.catalog.folders()[0].online
    assert library.catalog.pending(library.encoder) == [unread]
    assert library.ledger().done == 1


def test_a_plan_of_a_part_does_not_say_that_the_folder_is_away(library: Library) -> None:
    library.add("trip/a.jpg")
    files = library.catalog.known_files(library.folder.id, ROOT + b"/trip")
    plan = ScanPlan(ROOT + b"/trip", online=False, offline=files)
    library.catalog.apply(library.folder.id, plan)
    assert library.catalog.folders()[0].online
    assert library.ledger().offline == 1


def test_a_missing_photo_leaves_the_results_and_comes_back_with_its_embedding(
    library: Library,
) -> None:
    (file_id,) = library.add("a.jpg")
    (kept,) = library.keep(read(file_id, "a"))
    library.lose(file_id)
    assert library.reader.photos([kept.photo_id]) == []
    assert library.reader.months(View()) == []
    assert library.catalog.searchable_ids(library.encoder).size == 0
    assert library.ledger().files == 0
    library.catalog.apply(
        library.folder.id, library.plan(back=[library.known(file_id)], unchanged=1)
    )
    assert library.catalog.searchable_ids(library.encoder).tolist() == [kept.photo_id]
    assert library.catalog.pending(library.encoder) == []


def test_a_missing_file_that_was_never_read_is_forgotten(library: Library) -> None:
    waiting, broken = library.add("waiting.jpg", "broken.jpg")
    library.keep(failures=[failed(broken)])
    library.lose(waiting, broken)
    assert library.catalog.known_files(library.folder.id) == []


def test_excluded_files_leave(library: Library) -> None:
    keep, skip = library.add("keep.jpg", "skip.jpg")
    stored = library.keep(read(keep, "keep"), read(skip, "skip"))
    library.catalog.apply(library.folder.id, library.plan(excluded=[library.known(skip)]))
    assert [file.id for file in library.catalog.known_files(library.folder.id)] == [keep]
    assert library.catalog.take_removed().photo_ids == [stored[1].photo_id]


def test_a_path_that_is_known_already_is_not_added_twice(library: Library) -> None:
    (file_id,) = library.add("a.jpg")
    (kept,) = library.keep(read(file_id, "a"))
    library.lose(file_id)
    assert library.add("a.jpg", "b.jpg") == [3]
    assert library.catalog.searchable_ids(library.encoder).tolist() == [kept.photo_id]
    assert library.add("b.jpg", size=77) == [3]


def test_only_the_files_below_a_path_are_told(library: Library) -> None:
    library.add("trip.jpg", "trip/a.jpg", "trip/deep/b.jpg", "trips/c.jpg", "trip0/d.jpg")
    below = library.catalog.known_files(library.folder.id, ROOT + b"/trip")
    assert [file.path for file in below] == [ROOT + b"/trip/a.jpg", ROOT + b"/trip/deep/b.jpg"]
    alone = library.catalog.known_files(library.folder.id, ROOT + b"/trip.jpg")
    assert [file.path for file in alone] == [ROOT + b"/trip.jpg"]


def test_file_systems_may_claim_any_time_any_device_and_any_name(library: Library) -> None:
    odd = [
        found(ROOT + b"/\xff\xfe\n.jpg", at=-(2**36), device=2**64 - 1),
        found(ROOT + b"/future.jpg", at=2**40),
        found(ROOT + b"/past.jpg", at=-(2**60)),
    ]
    library.catalog.apply(library.folder.id, library.plan(added=odd))
    known = library.catalog.known_files(library.folder.id)
    assert {(file.path, file.mtime_ns, file.device) for file in known} == {
        (file.path, file.mtime_ns, file.device) for file in odd
    }
    months = [month.month for month in library.reader.months(View())]
    assert months[0] == 999912
    assert months[-1] == 101


def test_a_time_of_capture_beyond_the_calendar_is_brought_within(library: Library) -> None:
    (file_id,) = library.add("a.jpg")
    library.keep(read(file_id, "a", taken_at=10**15))
    assert [month.month for month in library.reader.months(View())] == [999912]


# --------------------------------------------------------------------------- what was read


def test_the_first_reading_fills_the_placeholder(library: Library) -> None:
    (file_id,) = library.add("a.jpg", at=SUMMER + 40 * 86400)
    (kept,) = library.keep(read(file_id, "a"))
    assert (kept.kind, kept.photo_id) == ("new", 1)
    (row,) = library.reader.photos([1])
    assert (row.read, row.width, row.height, row.taken_at) == (True, 4000, 3000, SUMMER)
    assert [month.month for month in library.reader.months(View())] == [202507]


def test_without_a_time_of_capture_the_files_time_counts(library: Library) -> None:
    (file_id,) = library.add("a.jpg")
    library.keep(read(file_id, "a", taken_at=None))
    details = library.reader.details(1)
    assert details is not None
    assert details.facts is not None
    assert details.facts.taken_at is None
    assert abs(details.taken_at - SUMMER) <= 86400


def test_the_same_content_twice_in_one_batch_is_one_photo(library: Library) -> None:
    one, two = library.add("one.jpg", "two.jpg")
    first, second = library.keep(read(one, "same"), read(two, "same"))
    assert (first.kind, second.kind) == ("new", "copy")
    assert first.photo_id == second.photo_id
    assert library.catalog.embedded_ids(library.encoder).size == 1
    assert library.ledger().photos == 1
    assert library.ledger().done == 2
    assert library.reader.photos([first.photo_id])[0].files == 2


@pytest.mark.parametrize("how", ["read", "adopted"])
def test_a_moved_file_keeps_its_photo(library: Library, how: str) -> None:
    (old,) = library.add("old/a.jpg")
    (kept,) = library.keep(read(old, "a"))
    library.lose(old)
    (new,) = library.add("new/a.jpg")
    if how == "read":
        (moved,) = library.keep(read(new, "a"))
        assert moved.kind == "moved"
        assert (moved.photo_id, moved.replaced_file_id) == (kept.photo_id, old)
    else:
        adopted = library.catalog.adopt(library.encoder, new, content("a"), 1000, 0)
        assert adopted == Adopted("moved", kept.photo_id, old)
    assert library.catalog.paths_of([kept.photo_id]) == {kept.photo_id: ROOT + b"/new/a.jpg"}
    assert [file.id for file in library.catalog.known_files(library.folder.id)] == [new]


def test_each_of_several_moved_copies_takes_the_place_of_one_of_its_own_name(
    library: Library,
) -> None:
    olds = library.add("old/a.jpg", "old/b.jpg")
    library.keep(*[read(old, "same") for old in olds])
    library.lose(*olds)
    new_b, new_a = library.add("new/b.jpg", "new/a.jpg")
    moved = library.keep(read(new_b, "same"), read(new_a, "same"))
    assert [each.replaced_file_id for each in moved] == [olds[1], olds[0]]


def test_an_offline_twin_is_not_a_moved_file(library: Library) -> None:
    (old,) = library.add("old.jpg")
    library.keep(read(old, "a"))
    away = ScanPlan(ROOT, online=False, offline=[library.known(old)])
    library.catalog.apply(library.folder.id, away)
    (new,) = library.add("new.jpg")
    assert library.keep(read(new, "a"))[0].kind == "copy"
    assert library.reader.photos([1])[0].path == ROOT + b"/new.jpg"


def test_a_file_that_was_read_is_not_missing_whatever_the_catalog_says(library: Library) -> None:
    (old,) = library.add("old.jpg")
    library.keep(read(old, "a"))
    library.lose(old)
    (new,) = library.add("new.jpg")
    copied, same = library.keep(read(new, "a"), read(old, "a"))
    assert (copied.kind, same.kind) == ("copy", "same")
    assert library.reader.photos([1])[0].files == 2


def test_a_missing_file_whose_content_had_changed_is_not_the_one_that_moved(
    library: Library,
) -> None:
    (old,) = library.add("old.jpg")
    library.keep(read(old, "a"))
    known = library.known(old)
    library.catalog.apply(
        library.folder.id, library.plan(changed=[(known, found(known.path, size=5))])
    )
    library.lose(old)
    (new,) = library.add("new.jpg")
    assert library.keep(read(new, "a"))[0].kind == "copy"
    assert library.known(old).presence == "missing"


def test_nothing_is_adopted_unless_its_content_and_its_embedding_are_known(
    library: Library,
) -> None:
    one, two = library.add("one.jpg", "two.jpg")
    library.keep(read(one, "a"))
    other = library.catalog.encoder_id("siglip", "another", 4)
    assert library.catalog.adopt(library.encoder, two, content("b"), 1, 1) is None
    assert library.catalog.adopt(other, two, content("a"), 1, 1) is None
    assert library.catalog.adopt(library.encoder, 99, content("a"), 1, 1) is None
    assert library.catalog.files([two])[0].state == "waiting"


def test_a_file_that_went_while_it_was_read_is_left_out(library: Library) -> None:
    gone, here = library.add("gone.jpg", "here.jpg")
    library.catalog.apply(library.folder.id, library.plan(excluded=[library.known(gone)]))
    stored = library.keep(read(gone, "gone"), read(here, "here"), failures=[failed(99)])
    assert [each.file_id for each in stored] == [here]


def test_a_failed_file_is_set_aside_with_its_reason_and_shows_no_photo(library: Library) -> None:
    (file_id,) = library.add("a.jpg")
    library.keep(failures=[failed(file_id, Reason.TOO_LARGE, "900 megapixels, \udcff")])
    (aside,) = library.reader.set_aside()
    assert (aside.path, aside.reason) == (ROOT + b"/a.jpg", "too-large")
    assert aside.detail == "900 megapixels, \\udcff"
    assert library.reader.photos([1]) == []
    assert library.ledger().set_aside == 1
    assert library.catalog.pending(library.encoder) == []


def test_a_retried_file_waits_again_without_its_attempts(library: Library) -> None:
    one, two, three = library.add("1.jpg", "2.jpg", "3.jpg")
    library.catalog.begin([one, two])
    library.catalog.begin([one])
    assert [file.attempts for file in library.catalog.files([one, two, three])] == [2, 1, 0]
    library.keep(
        failures=[failed(one), failed(two, Reason.VANISHED), failed(three, Reason.READ_ERROR)]
    )
    assert library.catalog.retry([one]) == 1
    assert library.catalog.files([one])[0].attempts == 0
    assert library.catalog.retry_reasons({Reason.VANISHED}) == 1
    assert library.catalog.retry() == 1
    assert set(library.catalog.pending(library.encoder)) == {one, two, three}
    assert library.catalog.retry([]) == 0


def test_reading_clears_the_attempts(library: Library) -> None:
    (file_id,) = library.add("a.jpg")
    library.catalog.begin([file_id])
    library.keep(read(file_id, "a"))
    assert library.catalog.files([file_id])[0].attempts == 0


def test_an_embedding_that_cannot_be_searched_is_refused_and_nothing_is_kept(
    library: Library,
) -> None:
    one, two = library.add("1.jpg", "2.jpg")
    with pytest.raises(ValueError, match="usable"):
        library.keep(read(one, "1"), read(two, "2", dimension=DIMENSION + 1))
    broken = read(one, "1")
    broken.embedding[3] = np.nan
    with pytest.raises(ValueError, match="usable"):
        library.keep(broken)
    assert library.ledger().waiting == 2


# ------------------------------------------------------------------------------ embeddings


def test_embeddings_come_back_as_they_were_by_photo(library: Library) -> None:
    ids = library.add(*[f"{number}.jpg" for number in range(7)])
    library.keep(*[read(file_id, str(file_id)) for file_id in reversed(ids)])
    photo_ids, vectors = library.catalog.embeddings(library.encoder, limit=5)
    assert photo_ids.tolist() == [1, 2, 3, 4, 5]
    assert photo_ids.dtype == np.int64
    assert vectors.dtype == np.float32
    assert vectors.flags.c_contiguous
    for photo_id, kept in zip(photo_ids, vectors, strict=True):
        np.testing.assert_array_equal(kept, vector(str(photo_id)))
    rest, _ = library.catalog.embeddings(library.encoder, after=5)
    assert rest.tolist() == [6, 7]
    some, vectors = library.catalog.embeddings_of(library.encoder, np.array([7, 99, 2]))
    assert some.tolist() == [2, 7]
    np.testing.assert_array_equal(vectors[1], vector("7"))
    none, empty = library.catalog.embeddings_of(library.encoder, [])
    assert (none.shape, empty.shape) == ((0,), (0, DIMENSION))


def test_another_encoder_reads_every_photo_once_more_and_loses_nothing(library: Library) -> None:
    one, copy, two = library.add("1.jpg", "1 copy.jpg", "2.jpg")
    library.keep(read(one, "1"), read(copy, "1"), read(two, "2"))
    other = library.catalog.encoder_id("siglip", "another", 4)
    assert library.catalog.encoder_id("siglip", "renamed", 4) == other
    waiting = library.catalog.pending(other)
    assert len(waiting) == 2
    assert two in waiting
    words = {one: "1", copy: "1", two: "2"}
    stored = library.catalog.store(other, [read(f, words[f], dimension=4) for f in waiting], [])
    assert {each.kind for each in stored} == {"same"}
    assert library.catalog.pending(other) == []
    assert library.catalog.embedded_ids(library.encoder).size == 2
    assert library.ledger().done == 3
    with pytest.raises(ValueError, match="dimensions"):
        library.catalog.encoder_id("siglip", "another", 5)


def test_a_search_can_be_restricted_to_folders(library: Library) -> None:
    other = library.catalog.add_folder(b"/other")
    (here,) = library.add("a.jpg")
    (there,) = library.catalog.apply(
        other.id, ScanPlan(b"/other", online=True, added=[found(b"/other/b.jpg")])
    )
    library.keep(read(here, "a"), read(there, "b"))
    searchable = library.catalog.searchable_ids
    assert searchable(library.encoder, [library.folder.id]).tolist() == [1]
    assert searchable(library.encoder, [other.id, library.folder.id]).tolist() == [1, 2]
    assert searchable(library.encoder, []).tolist() == []
    assert searchable(library.encoder).tolist() == [1, 2]


# --------------------------------------------------------------------------- what to read


def test_the_newest_photos_are_read_first(library: Library) -> None:
    (old,) = library.add("old.jpg", at=SUMMER - 10**7)
    (new,) = library.add("new.jpg", at=SUMMER + 10**7)
    (middle,) = library.add("middle.jpg")
    assert library.catalog.pending(library.encoder) == [new, middle, old]


def test_files_of_photos_on_screen_are_told_in_their_order(library: Library) -> None:
    one, two, three = library.add("1.jpg", "2.jpg", "3.jpg")
    library.keep(read(one, "1"), failures=[failed(three)])
    assert library.catalog.pending_of([3, 2, 1, 99]) == [two, one]


def test_files_are_told_in_the_order_asked(library: Library) -> None:
    one, two = library.add("1.jpg", "2.jpg")
    assert [file.id for file in library.catalog.files([two, 99, one])] == [two, one]


# --------------------------------------------------------------------------------- the rest


def test_settings_are_kept_until_they_are_forgotten(library: Library) -> None:
    assert library.catalog.setting("device") is None
    library.catalog.set_setting("device", "cpu")
    library.catalog.set_setting("device", "cuda")
    assert library.reader.setting("device") == "cuda"
    library.catalog.set_setting("device", None)
    assert library.reader.setting("device") is None


def test_what_raises_changes_nothing(library: Library) -> None:
    (file_id,) = library.add("a.jpg")
    with pytest.raises(AttributeError):
        library.catalog.store(library.encoder, [read(file_id, "a")], [object()])  # type: ignore[list-item]
    assert library.ledger().waiting == 1
    assert library.catalog.take_removed().photo_ids == []


def test_any_thread_may_call_it(library: Library) -> None:
    ids = library.add(*[f"{number}.jpg" for number in range(40)])
    problems: list[BaseException] = []

    def work(mine: list[int]) -> None:
        try:
            for file_id in mine:
                library.catalog.begin([file_id])
                library.keep(read(file_id, str(file_id)))
                library.catalog.searchable_ids(library.encoder)
        except BaseException as problem:  # noqa: BLE001 (handed to the test)
            problems.append(problem)

    threads = [threading.Thread(target=work, args=(ids[start::4],)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert library.ledger().done == 40
