"""How long a person waits. Prints figures beside their goals, asserts nothing.

    python -m tests.benchmarks.latency [--only cold,second,idle,indexing,window] [--rounds R]

Every process is a real one: `photofind` as installed, its worker, its window (under Xvfb, where
that is installed). The big model is ViT-B-32-256 with random weights: the arithmetic does not
depend on their values. Medians; on a machine that does other things too, compare within one run.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psutil
from sqlalchemy import text

from photofind.catalog import Catalog
from photofind.client import Client, own_program, read_worker_file
from photofind.encoder import open_encoder
from photofind.encoder.runtime import import_open_clip
from photofind.paths import LibraryPaths
from photofind.protocol import Index, Indexed, Search
from photofind.scan import ScanPlan
from tests.benchmarks.catalog_million import ARCHIVE, PICTURES, fill, made_up
from tests.benchmarks.figures import Figure, show
from tests.benchmarks.peer import make_photos

BIG_LIBRARY = 100_000  # photos
INDEXED = 320  # photos in each index run
SIZE = (500, 375)
TYPING_SECONDS = 0.25  # between two queries of somebody who types while photos are indexed
IDLE_QUERIES = 60
WARM = 5  # queries before the clock starts
GONE_SECONDS = 15.0
WINDOW_SECONDS = 30.0
QUIET_SECONDS = 600.0
QUIET_PERCENT = 5.0  # of one core
WORDS = ("a dog", "children on a beach", "red car at night", "snow", "two people laughing")
PARTS = ("cold", "second", "idle", "indexing", "window")


def random_model(folder: Path, architecture: str) -> str:
    """A model's name for `--model`: the architecture with random weights."""
    open_clip = import_open_clip()
    import torch
    from safetensors.torch import save_file

    torch.manual_seed(0)
    model = open_clip.CLIP(**open_clip.get_model_config(architecture))
    file = folder / f"{architecture}.safetensors"
    save_file({name: value.clone() for name, value in model.state_dict().items()}, file)
    return f"{architecture}:{file}"


def whole_process(paths: LibraryPaths, model: str | None) -> float:
    """Seconds of `photofind search`, from its start to its end."""
    command = [*own_program(), "search", "a dog", "--library", str(paths.root), "--device", "cpu"]
    command += ["--model", model] if model else []
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - began


def wait_until_gone(paths: LibraryPaths) -> None:
    """The worker of this library ends by itself once its last client has left."""
    end = time.monotonic() + GONE_SECONDS
    while read_worker_file(paths) is not None and time.monotonic() < end:
        time.sleep(0.05)
    time.sleep(1.0)  # it has closed its files, too


def cold(folder: Path, rounds: int) -> Iterator[Figure]:
    """The first search of a day: nothing runs yet."""
    big = random_model(folder, "ViT-B-32")
    bare = []
    for _ in range(rounds):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", "import torch"], check=True)
        bare.append(time.perf_counter() - began)
    yield Figure("for comparison: a process that imports torch", statistics.median(bare), "s")
    for name, model, goal in (("built-in model", None, 2.5), ("ViT-B-32", big, 3.0)):
        paths = LibraryPaths(folder / f"cold {name}")
        whole_process(paths, model)  # makes the library; the files are in the system's cache
        taken = []
        for _ in range(rounds):
            wait_until_gone(paths)
            taken.append(whole_process(paths, model))
        yield Figure(f"cold search, whole process, {name}", statistics.median(taken), "s", goal)
        yield Figure(f"  the best of {rounds}", min(taken), "s")
        wait_until_gone(paths)


def second(folder: Path, rounds: int) -> Iterator[Figure]:
    """A search from the command line while somebody else has the library open."""
    paths = LibraryPaths(folder / "second")
    client = Client.open(paths, device="cpu")
    try:
        client.call(Search(id=client.new_id(), text="warm"))
        taken = [whole_process(paths, None) for _ in range(3 * rounds)]
    finally:
        client.close()
    yield Figure("search beside an open client, whole process", statistics.median(taken), "s", 0.5)


def build_library(paths: LibraryPaths, photos: int) -> None:
    """A library of made-up photos, embedded by the built-in model as it were."""
    encoder = open_encoder(None, "cpu")
    paths.root.mkdir(parents=True)
    catalog = Catalog.open(paths.catalog)
    number = catalog.encoder_id(encoder.key, encoder.name, encoder.dimension)
    catalog.set_setting("encoder_key", encoder.key)
    for place, files in zip((PICTURES, ARCHIVE), made_up(photos), strict=True):
        row = catalog.add_folder(place)
        catalog.apply(row.id, ScanPlan(place, online=True, found=len(files), added=files))
    catalog.close()
    fill(paths.catalog, number, encoder.dimension)
    catalog = Catalog.open(paths.catalog)
    ids = catalog.embedded_ids(number)
    vectors = np.random.default_rng(0).standard_normal((len(ids), encoder.dimension), np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    with catalog._writing() as connection:
        connection.execute(
            text("UPDATE embedding SET vector = :vector WHERE photo_id = :id"),
            [{"id": int(i), "vector": v.tobytes()} for i, v in zip(ids, vectors, strict=True)],
        )
    catalog.close()


def ask(client: Client, number: int, model: str | None = None) -> float:
    """Milliseconds of one query of words, through the socket and back."""
    words = f"{WORDS[number % len(WORDS)]} {number}"  # no two alike: nothing remembered helps
    began = time.perf_counter()
    client.call(Search(id=client.new_id(), text=words, top=200, model=model))
    return (time.perf_counter() - began) * 1000


def wait_until_quiet(pid: int) -> None:
    """Until a process has hardly worked for some seconds, or for `QUIET_SECONDS`."""
    process = psutil.Process(pid)
    end = time.monotonic() + QUIET_SECONDS
    while process.cpu_percent(3.0) > QUIET_PERCENT:
        if time.monotonic() > end:
            print("the worker does not come to rest: its queries are not idle", file=sys.stderr)
            return


def idle(folder: Path, _rounds: int) -> Iterator[Figure]:
    """Queries in a large library, nothing else to do."""
    paths = LibraryPaths(folder / "large")
    build_library(paths, BIG_LIBRARY)
    client = Client.open(paths, device="cpu")
    try:
        began = time.perf_counter()
        ask(client, 0)
        first = time.perf_counter() - began
        exact = [ask(client, number) for number in range(WARM + IDLE_QUERIES)][WARM:]
        wait_until_quiet(client.welcome.pid)  # the graph is built in the background
        taken = [ask(client, 1000 + number) for number in range(WARM + IDLE_QUERIES)][WARM:]
    finally:
        client.close()
    yield Figure(f"first query at {BIG_LIBRARY:,}, cache files lost", first, "s")
    yield Figure("query while the graph is built, median", statistics.median(exact), "ms")
    yield Figure(f"query at {BIG_LIBRARY:,} photos, idle, median", statistics.median(taken), "ms")
    yield Figure("  95th percentile", float(np.percentile(taken, 95)), "ms", 40)


def index_run(folder: Path, model: str, *, typing: bool) -> tuple[float, list[float]]:
    """Photos a second of one index run, and what queries beside it took, in milliseconds."""
    paths = LibraryPaths(folder / "indexing")
    shutil.rmtree(paths.root, ignore_errors=True)
    indexer = Client.open(paths, model=model, device="cpu")
    asker = Client.open(paths)
    taken: list[float] = []
    over = threading.Event()

    def type_on() -> None:
        while not over.wait(TYPING_SECONDS):
            taken.append(ask(asker, len(taken)))

    try:
        warm = (bytes(folder / "warm"),)
        indexer.call(Index(id=indexer.new_id(), paths=warm, model=model, device="cpu"))
        person = threading.Thread(target=type_on)
        if typing:
            person.start()
        began = time.perf_counter()
        done = indexer.call(Index(id=indexer.new_id(), paths=(bytes(folder / "photos"),)))
        rate = INDEXED / (time.perf_counter() - began)
        over.set()
        if typing:
            person.join()
        assert isinstance(done, Indexed)
        assert done.indexed == INDEXED
    finally:
        over.set()
        asker.close()
        indexer.close()
    wait_until_gone(paths)
    return rate, taken


def indexing(folder: Path, rounds: int) -> Iterator[Figure]:
    """Queries while photos are indexed at full rate, and what they cost the indexing."""
    model = random_model(folder, "ViT-B-32-256")
    make_photos(folder / "photos", INDEXED, SIZE)
    make_photos(folder / "warm", 16, SIZE)
    alone, beside, taken = [], [], []
    for _ in range(rounds):
        alone.append(index_run(folder, model, typing=False)[0])
        rate, waits = index_run(folder, model, typing=True)
        beside.append(rate)
        taken += waits
    falls = [100 * (1 - b / a) for a, b in zip(alone, beside, strict=True)]
    yield Figure("indexing ViT-B-32-256, nobody asks", statistics.median(alone), "photos/s")
    yield Figure("indexing, 4 queries a second or fewer", statistics.median(beside), "photos/s")
    yield Figure("  the rate falls by, median of rounds", statistics.median(falls), "%", 10)
    yield Figure("query while indexing, median", statistics.median(taken), "ms")
    yield Figure("  95th percentile", float(np.percentile(taken, 95)), "ms", 150)


@contextmanager
def screen() -> Iterator[str]:
    """A virtual screen; its name for DISPLAY."""
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x800x24", "-nolisten", "tcp"]
    server = subprocess.Popen(
        [*command, "-noreset", "-ac"], pass_fds=[write], stderr=subprocess.DEVNULL
    )
    os.close(write)
    with os.fdopen(read) as told:
        display = f":{told.readline().strip()}"
    try:
        yield display
    finally:
        server.terminate()
        server.wait(10)


def until_usable(paths: LibraryPaths, display: str) -> float:
    """Seconds from the start of the process until its window is seen and has the keys."""
    environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
    began = time.perf_counter()
    window = subprocess.Popen(
        [*own_program(), "--library", str(paths.root)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        # xdotool waits for the map notice itself; polling would take the processor from the window.
        search = ["xdotool", "search", "--sync", "--onlyvisible", "--name", "PhotoFind"]
        focus = ["windowfocus", "--sync"]
        subprocess.run(
            [*search, *focus],
            env=environment,
            check=True,
            timeout=WINDOW_SECONDS,
            stdout=subprocess.DEVNULL,
        )
        return time.perf_counter() - began
    finally:
        window.terminate()
        window.wait(20)
        wait_until_gone(paths)


def window(folder: Path, rounds: int) -> Iterator[Figure]:
    """From the start of the program to a window that takes keys."""
    if shutil.which("Xvfb") is None or shutil.which("xdotool") is None:
        print("window: Xvfb and xdotool are not installed; left out", file=sys.stderr)
        return
    paths = LibraryPaths(folder / "window")
    with screen() as display:
        until_usable(paths, display)  # makes the library
        taken = [until_usable(paths, display) for _ in range(rounds)]
    yield Figure("window seen and has the keys", statistics.median(taken), "s", 0.8)
    yield Figure(f"  the best of {rounds}", min(taken), "s")


def measure(only: tuple[str, ...] = PARTS, rounds: int = 3) -> Iterator[Figure]:
    """Every figure, as it is found."""
    parts = {
        "cold": cold, "second": second, "idle": idle, "indexing": indexing, "window": window
    }  # fmt: skip
    for name in only:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            yield from parts[name](Path(folder), rounds)


def main() -> None:
    words = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    words.add_argument("--only", default=",".join(PARTS), help="parts, separated by commas")
    words.add_argument("--rounds", type=int, default=3)
    chosen = words.parse_args()
    show(measure(tuple(chosen.only.split(",")), chosen.rounds))


if __name__ == "__main__":
    main()
