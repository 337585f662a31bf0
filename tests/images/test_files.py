"""A file is read once, never waited for, and what it is not is said."""

import contextlib
import hashlib
import os
import socket
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from photofind.errors import Reason, UnreadablePhoto
from photofind.images import content_hash, files, read_photo
from tests.images.encoded import CLIP, corners, saved


def reasons_of(path: Path | str | bytes) -> Reason:
    """Why a path is neither read nor hashed; the reason is the same for both."""
    found = set()
    for read in (lambda path: read_photo(path, CLIP), content_hash):
        with pytest.raises(UnreadablePhoto) as caught:
            read(os.fsencode(path))
        found.add(caught.value.reason)
    assert len(found) == 1
    return found.pop()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "a.png"
    path.write_bytes(saved(corners(), "PNG"))
    return path


def test_hash_size_and_time_are_those_of_the_file(photo: Path) -> None:
    os.utime(photo, ns=(1, 1_600_000_000_123_456_700))
    data = photo.read_bytes()
    read = read_photo(os.fsencode(photo), CLIP)
    expected = (hashlib.sha256(data).digest(), len(data), photo.stat().st_mtime_ns)
    assert (read.content_hash, read.size, read.mtime_ns) == expected
    assert content_hash(os.fsencode(photo)) == expected


def test_a_huge_file_is_hashed_in_pieces_and_decoded_from_disk(
    photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = read_photo(os.fsencode(photo), CLIP)
    monkeypatch.setattr(files, "WHOLE_FILE_LIMIT_BYTES", 100)
    monkeypatch.setattr(files, "PIECE_BYTES", 64)
    streamed = read_photo(os.fsencode(photo), CLIP)
    assert streamed.content_hash == whole.content_hash
    assert streamed.thumbnail == whole.thumbnail


def test_a_file_is_opened_once(photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[bytes] = []
    original = os.open

    def counting(path: bytes, flags: int) -> int:
        opened.append(path)
        return original(path, flags)

    monkeypatch.setattr(os, "open", counting)
    read_photo(os.fsencode(photo), CLIP)
    assert opened == [os.fsencode(photo)]


def test_names_that_are_no_text_are_read(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/\xff\xfe b\x01d \n.png"
    try:
        with open(path, "wb") as file:
            file.write(saved(corners(), "PNG"))
    except OSError:  # macOS and Windows have no such names
        return
    assert read_photo(path, CLIP).facts.width == 120


def test_an_empty_file_is_empty(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").touch()
    with pytest.raises(UnreadablePhoto) as caught:
        read_photo(os.fsencode(tmp_path / "a.jpg"), CLIP)
    assert caught.value.reason is Reason.EMPTY


def test_a_path_that_is_not_there_has_vanished(photo: Path) -> None:
    assert reasons_of(photo.with_name("b.png")) is Reason.VANISHED
    assert reasons_of(photo / "below.png") is Reason.VANISHED


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").mkdir()
    assert reasons_of(tmp_path / "a.jpg") is Reason.NOT_A_FILE


def test_a_name_that_is_too_long_is_a_read_error(tmp_path: Path) -> None:
    assert reasons_of(tmp_path / ("a" * 300 + ".jpg")) is Reason.READ_ERROR


if os.name == "posix":

    def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
        pipe = tmp_path / "a.jpg"
        os.mkfifo(pipe)
        assert reasons_of(pipe) is Reason.NOT_A_FILE
        keep_open = os.open(pipe, os.O_RDWR)  # with a writer that never writes
        assert reasons_of(pipe) is Reason.NOT_A_FILE
        os.close(keep_open)

    def test_a_pipe_that_takes_a_files_place_is_not_waited_for(
        photo: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pipe = photo.with_name("pipe.jpg")
        os.mkfifo(pipe)
        regular = os.stat(photo)
        monkeypatch.setattr(files.os, "stat", lambda _: regular)
        assert reasons_of(pipe) is Reason.NOT_A_FILE

    def test_sockets_and_devices_are_not_files(tmp_path: Path) -> None:
        with tempfile.TemporaryDirectory() as short, socket.socket(socket.AF_UNIX) as server:
            server.bind(f"{short}/a.jpg")  # socket paths must be short
            assert reasons_of(f"{short}/a.jpg") is Reason.NOT_A_FILE
        assert reasons_of("/dev/zero") is Reason.NOT_A_FILE
        assert reasons_of("/dev/null") is Reason.NOT_A_FILE

    def test_links_in_a_circle_are_not_files(tmp_path: Path) -> None:
        (tmp_path / "a.jpg").symlink_to("b.jpg")
        (tmp_path / "b.jpg").symlink_to("a.jpg")
        assert reasons_of(tmp_path / "a.jpg") is Reason.NOT_A_FILE

    @contextlib.contextmanager
    def as_nobody() -> Iterator[None]:
        """Without the rights of root, who may read everything."""
        root = os.geteuid() == 0
        if root:
            os.seteuid(65534)
        try:
            yield
        finally:
            if root:
                os.seteuid(0)

    def test_a_file_that_may_not_be_read_says_so() -> None:
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o755)
            secret = Path(folder) / "a.png"
            secret.write_bytes(saved(corners(), "PNG"))
            secret.chmod(0)
            with as_nobody():
                assert reasons_of(secret) is Reason.NO_PERMISSION
            secret.chmod(0o644)


class ChangingHash:
    """hashlib, but the file grows a little whenever it is hashed, so many times."""

    def __init__(self, path: Path, times: int) -> None:
        self.path, self.times = path, times

    def sha256(self, data: bytes = b"") -> "hashlib._Hash":
        if self.times:
            self.times -= 1
            with self.path.open("ab") as file:
                file.write(b"more")
        return hashlib.sha256(data)


def test_a_file_that_changes_while_it_is_read_is_read_again(
    photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "hashlib", ChangingHash(photo, 1))
    read = read_photo(os.fsencode(photo), CLIP)
    assert read.content_hash == hashlib.sha256(photo.read_bytes()).digest()
    assert read.size == photo.stat().st_size
    monkeypatch.setattr(files, "hashlib", ChangingHash(photo, 1))
    assert content_hash(os.fsencode(photo))[1] == photo.stat().st_size


def test_a_file_that_keeps_changing_is_left_for_later(
    photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "hashlib", ChangingHash(photo, 1000))
    assert reasons_of(photo) is Reason.READ_ERROR


def test_many_threads_read_at_once(photo: Path) -> None:
    read: list[bytes] = []

    def work() -> None:
        read.extend(read_photo(os.fsencode(photo), CLIP).thumbnail for _ in range(5))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(read) == 20
    assert len(set(read)) == 1
