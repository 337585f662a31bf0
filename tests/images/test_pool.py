"""Decoder processes may hang, crash and be killed; the pool answers for every file all the same."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError
from pathlib import Path

import numpy as np
import psutil
import pytest

from photofind.errors import Cancelled, Reason, UnreadablePhoto, WorkerUnavailable
from photofind.images import Preprocessing, read_photo
from photofind.images.pool import DecodePool
from tests.pictures import fill, jpeg

CLIP = Preprocessing(64, "shortest", "bicubic", (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
MISFORTUNES = "tests.engines.misfortunes:carry_out"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def pool() -> Iterator[DecodePool]:
    with DecodePool(1, time_limit=20, entry=MISFORTUNES) as pool:
        yield pool


def planted(folder: Path, name: str) -> bytes:
    """A sound picture whose name brings the misfortune."""
    path = folder / f"{name}.jpg"
    path.write_bytes(jpeg(1))
    return os.fsencode(path)


def reason_of(pool: DecodePool, path: bytes) -> Reason:
    with pytest.raises(UnreadablePhoto) as caught:
        pool.read(path, CLIP).result(60)
    return caught.value.reason


def test_a_photo_read_in_a_child_is_the_photo_read_here(tmp_path: Path) -> None:
    paths = [os.fsencode(path) for path in fill(tmp_path, 6)]
    with DecodePool(2) as pool:
        futures = [pool.read(path, CLIP) for path in paths]
        for path, future in zip(paths, futures, strict=True):
            there, here = future.result(60), read_photo(path, CLIP)
            assert (there.content_hash, there.size, there.mtime_ns, there.facts) == (
                here.content_hash,
                here.size,
                here.mtime_ns,
                here.facts,
            )
            assert there.thumbnail == here.thumbnail
            assert there.pixels is not None
            np.testing.assert_array_equal(there.pixels, here.pixels)


def test_pasted_bytes_hashes_and_large_views_come_back_too(
    pool: DecodePool, tmp_path: Path
) -> None:
    path = planted(tmp_path, "sound")
    photo = pool.read_bytes(jpeg(1), CLIP).result(60)
    digest, size, _ = pool.hash(path).result(60)
    assert (digest, size) == (photo.content_hash, photo.size)
    view = pool.upright(path).result(60)
    assert (view.shape, view.dtype) == ((64, 96, 3), np.uint8)


def test_a_bad_file_is_named_with_its_reason_and_the_child_lives_on(
    pool: DecodePool, tmp_path: Path
) -> None:
    before = pool.hash(planted(tmp_path, "who")).result(60)
    (tmp_path / "cut.jpg").write_bytes(jpeg(1)[:400])
    assert reason_of(pool, os.fsencode(tmp_path / "cut.jpg")) is Reason.TRUNCATED
    assert pool.hash(os.fsencode(tmp_path / "who.jpg")).result(60) == before


@pytest.mark.parametrize("misfortune", ["exit", "segfault"])
def test_a_file_that_crashes_the_decoder_twice_is_given_up(
    pool: DecodePool, tmp_path: Path, misfortune: str
) -> None:
    assert reason_of(pool, planted(tmp_path, misfortune)) is Reason.DECODER_CRASHED
    assert pool.read(planted(tmp_path, "sound"), CLIP).result(60).facts.width == 96


def test_a_file_that_crashed_the_decoder_once_is_tried_again(
    pool: DecodePool, tmp_path: Path
) -> None:
    assert pool.read(planted(tmp_path, "once"), CLIP).result(60).facts.width == 96
    assert (tmp_path / "once.jpg.tried").exists()


@pytest.mark.parametrize("misfortune", ["hang", "grip"])
def test_a_file_on_which_the_decoder_hangs_is_stopped(tmp_path: Path, misfortune: str) -> None:
    with DecodePool(1, time_limit=1.0, entry=MISFORTUNES) as pool:
        started = time.monotonic()
        stuck = pool.read(planted(tmp_path, misfortune), CLIP)
        behind = pool.read(planted(tmp_path, "sound"), CLIP)
        with pytest.raises(UnreadablePhoto) as caught:
            stuck.result(60)
        assert caught.value.reason is Reason.DECODER_TIMEOUT
        assert time.monotonic() - started < 20
        assert behind.result(60).facts.width == 96


def test_other_lanes_go_on_while_one_hangs(tmp_path: Path) -> None:
    with DecodePool(2, time_limit=60, entry=MISFORTUNES) as pool:
        stuck = pool.read(planted(tmp_path, "hang"), CLIP)
        for path in fill(tmp_path, 5):
            assert pool.read(os.fsencode(path), CLIP).result(60).facts.width == 96
        assert not stuck.done()


def test_a_file_that_eats_memory_is_too_large_and_harms_nobody(tmp_path: Path) -> None:
    with DecodePool(1, memory_limit=300 * 2**20, entry=MISFORTUNES) as pool:
        assert reason_of(pool, planted(tmp_path, "greedy")) is Reason.TOO_LARGE
        assert pool.read(planted(tmp_path, "sound"), CLIP).result(60).facts.width == 96


def test_without_a_limit_of_the_system_the_child_watches_its_own_memory(tmp_path: Path) -> None:
    entry = "tests.engines.unlimited:carry_out"
    with DecodePool(1, memory_limit=300 * 2**20, entry=entry) as pool:
        assert reason_of(pool, planted(tmp_path, "greedy")) is Reason.TOO_LARGE
        assert pool.read(planted(tmp_path, "sound"), CLIP).result(60).facts.width == 96


def test_a_mistake_of_ours_is_raised_as_one(pool: DecodePool, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="a mistake of ours"):
        pool.read(planted(tmp_path, "wrong"), CLIP).result(60)


def test_what_a_decoder_prints_reaches_nobody(
    pool: DecodePool, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    pool.read(planted(tmp_path, "noisy"), CLIP).result(60)
    assert capfd.readouterr() == ("", "")


def test_a_child_that_died_while_idle_is_replaced_without_blaming_the_next_file(
    pool: DecodePool, tmp_path: Path
) -> None:
    who = planted(tmp_path, "who")
    _, first, _ = pool.hash(who).result(60)
    child = psutil.Process(first)
    child.kill()
    child.wait(10)
    (tmp_path / "once.jpg.tried").touch()
    assert pool.read(planted(tmp_path, "once"), CLIP).result(60).facts.width == 96
    _, second, _ = pool.hash(who).result(60)
    assert second != first


def test_a_child_that_cannot_start_is_no_fault_of_the_file(tmp_path: Path) -> None:
    with (
        DecodePool(1, entry="tests.engines.no_such_module:carry_out") as pool,
        pytest.raises(WorkerUnavailable, match="no_such_module"),
    ):
        pool.read(planted(tmp_path, "sound"), CLIP).result(60)


def test_urgent_work_goes_first(tmp_path: Path) -> None:
    with DecodePool(1, time_limit=1.0, entry=MISFORTUNES) as pool:
        pool.read(planted(tmp_path, "hang"), CLIP)  # holds the lane meanwhile
        done: list[str] = []
        slow = [pool.read(os.fsencode(path), CLIP) for path in fill(tmp_path, 20)]
        for future in slow:
            future.add_done_callback(lambda _: done.append("in turn"))
        urgent = pool.read(planted(tmp_path, "sound"), CLIP, urgent=True)
        urgent.add_done_callback(lambda _: done.append("urgent"))
        slow[-1].result(60)
        assert done[0] == "urgent"


def test_work_that_was_cancelled_is_not_begun(tmp_path: Path) -> None:
    with DecodePool(1, time_limit=1.0, entry=MISFORTUNES) as pool:
        pool.read(planted(tmp_path, "hang"), CLIP)
        unwanted = pool.read(planted(tmp_path, "once"), CLIP)
        assert unwanted.cancel()
        pool.read(planted(tmp_path, "sound"), CLIP).result(60)
        with pytest.raises(CancelledError):
            unwanted.result(0)
    assert not (tmp_path / "once.jpg.tried").exists()


def test_closing_answers_everything_at_once_and_leaves_no_child(tmp_path: Path) -> None:
    pool = DecodePool(2, entry=MISFORTUNES)
    _, pid, _ = pool.hash(planted(tmp_path, "who")).result(60)
    stuck = [pool.read(planted(tmp_path, "hang"), CLIP) for _ in range(4)]
    time.sleep(0.3)
    started = time.monotonic()
    pool.close()
    assert time.monotonic() - started < 10
    for future in [*stuck, pool.read(planted(tmp_path, "sound"), CLIP)]:
        with pytest.raises(Cancelled):
            future.result(0)
    assert not psutil.pid_exists(pid)


def test_a_child_imports_neither_torch_nor_qt_nor_sqlalchemy(
    pool: DecodePool, tmp_path: Path
) -> None:
    modules, _, _ = pool.hash(planted(tmp_path, "modules")).result(60)
    loaded = {name.split(".")[0] for name in modules.decode().split()}
    assert not loaded & {"torch", "open_clip", "PySide6", "sqlalchemy", "hnswlib", "rawpy"}


PARENT = """
import os, sys, time, psutil
from photofind.images import Preprocessing
from photofind.images.pool import DecodePool
if __name__ == "__main__":
    low = 5 if os.name == "posix" else psutil.BELOW_NORMAL_PRIORITY_CLASS
    psutil.Process().nice(low)
    pool = DecodePool(1, time_limit=600, entry="tests.engines.misfortunes:carry_out")
    _, pid, nice = pool.hash(os.fsencode(sys.argv[1] + "/who.jpg")).result()
    if sys.argv[2]:
        pool.hash(os.fsencode(sys.argv[1] + "/" + sys.argv[2] + ".jpg"))
        time.sleep(0.5)
    print(pid, nice == low, flush=True)
    time.sleep(600)
"""


def parent_of_a_pool(
    folder: Path, misfortune: str = ""
) -> tuple["subprocess.Popen[str]", int, bool]:
    """A low-priority process with a pool of one child at work on a misfortune; that child's process
    id, and whether its priority is as low."""
    command = [sys.executable, "-c", PARENT, str(folder), misfortune]
    parent = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    with parent.stdout as output:
        pid, low = output.readline().split()
    return parent, int(pid), low == "True"


@pytest.mark.parametrize("misfortune", ["", "hang", "grip"])
def test_children_end_when_their_parent_is_killed(tmp_path: Path, misfortune: str) -> None:
    parent, pid, _ = parent_of_a_pool(tmp_path, misfortune)
    child = psutil.Process(pid)
    parent.kill()
    parent.wait(10)
    gone, _ = psutil.wait_procs([child], timeout=10)
    assert gone


def test_children_inherit_low_priority(tmp_path: Path) -> None:
    parent, _, low = parent_of_a_pool(tmp_path)
    parent.kill()
    parent.wait(10)
    assert low


def test_children_leave_ctrl_c_to_their_parent(pool: DecodePool, tmp_path: Path) -> None:
    who = planted(tmp_path, "who")
    _, pid, _ = pool.hash(who).result(60)
    os.kill(pid, signal.SIGINT if os.name == "posix" else signal.CTRL_C_EVENT)
    assert pool.hash(who).result(60)[1] == pid
