"""The worker as a real process: found, started, killed, raced for, and never left behind."""

import gc
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from multiprocessing.connection import Client as connect_to
from pathlib import Path

import filelock
import msgspec
import psutil
import pytest

from photofind import priority, protocol
from photofind.catalog import CatalogReader
from photofind.client import Client, WorkerFile, read_worker_file
from photofind.errors import WorkerUnavailable
from photofind.paths import LibraryPaths
from photofind.protocol import (
    Cancel,
    ChooseModel,
    EncoderState,
    GetState,
    Hello,
    Index,
    Indexed,
    ListModels,
    ModelLine,
    ModelList,
    Pause,
    Progress,
    RemoveFolder,
    Resume,
    Search,
    SearchDone,
    StateDone,
)
from photofind.worker import Worker
from tests.pictures import fill
from tests.running import eventually


@pytest.fixture
def library(tmp_path: Path) -> LibraryPaths:
    return LibraryPaths(tmp_path / "library")


@contextmanager
def connected(
    library: LibraryPaths,
    model: str,
    on_event: Callable[[protocol.AnyEvent], None] | None = None,
) -> Iterator[Client]:
    client = Client.open(library, model=model, on_event=on_event)
    try:
        yield client
    finally:
        client.close()


def index(client: Client, folder: Path, model: str) -> Indexed:
    done = client.call(
        Index(id=client.new_id(), paths=(os.fsencode(folder),), model=model), timeout=100
    )
    assert isinstance(done, Indexed)
    return done


def embedded(library: LibraryPaths) -> int:
    reader = CatalogReader.open(library.catalog)
    if reader is None:
        return 0
    with reader:
        return reader.ledger().embedded


def test_two_clients_at_once_reach_one_worker(library: LibraryPaths, tiny_model: str) -> None:
    program = (
        "import sys; from photofind.client import Client; from photofind.paths import *;"
        "c = Client.open(library_paths(sys.argv[1])); print(c.welcome.pid); input()"
    )
    starters = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(library.root)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    try:
        pids = {starter.stdout.readline().strip() for starter in starters if starter.stdout}
    finally:
        for starter in starters:
            starter.communicate("\n", timeout=20)
    assert len(pids) == 1
    assert pids != {""}


def test_a_copy_of_a_library_in_use_is_another_library(
    library: LibraryPaths, tiny_model: str, tmp_path: Path
) -> None:
    """A backup made beside an open window brings `worker.json` along."""
    fill(tmp_path / "photos", 2)
    fill(tmp_path / "more", 3, first=2)
    copy = LibraryPaths(tmp_path / "copy")
    with connected(library, tiny_model) as client:
        index(client, tmp_path / "photos", tiny_model)
        shutil.copytree(library.root, copy.root)
        with connected(copy, tiny_model) as other:
            assert other.welcome.pid != client.welcome.pid
            index(other, tmp_path / "more", tiny_model)
    assert (embedded(library), embedded(copy)) == (2, 5)


def test_the_worker_ends_when_its_last_client_has_gone(
    library: LibraryPaths, tiny_model: str
) -> None:
    with connected(library, tiny_model) as client:
        worker = psutil.Process(client.welcome.pid)
        assert worker.is_running()
    assert eventually(lambda: not worker.is_running())
    assert read_worker_file(library) is None


def test_the_worker_ends_when_its_client_is_killed_at_work(
    library: LibraryPaths, tiny_model: str, tmp_path: Path
) -> None:
    fill(tmp_path / "photos", 120)
    command = [sys.executable, "-m", "photofind", "index", str(tmp_path / "photos")]
    command += ["--library", str(library.root), "--model", tiny_model]
    client = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert eventually(lambda: read_worker_file(library) is not None)
    about = read_worker_file(library)
    assert about is not None
    worker = psutil.Process(about.pid)
    family = [worker, *worker.children(recursive=True)]
    client.kill()
    client.wait()
    _, alive = psutil.wait_procs(family, timeout=15)
    assert not alive


def test_a_killed_worker_is_replaced_and_loses_nothing(
    library: LibraryPaths, tiny_model: str, tmp_path: Path
) -> None:
    """Killed again and again at different moments; in the end every photo is there exactly once."""
    photos = fill(tmp_path / "photos", 150)
    seen = 0
    for moment in (0.0, 0.3, 0.6):
        with connected(library, tiny_model) as client:
            client.send(
                Index(
                    id=client.new_id(), paths=(os.fsencode(tmp_path / "photos"),), model=tiny_model
                )
            )
            goal = int(len(photos) * moment)
            eventually(lambda: embedded(library) >= goal, 60)  # noqa: B023
            os.kill(client.welcome.pid, signal.SIGKILL)
            assert eventually(lambda: client.closed)
        now = embedded(library)
        assert seen <= now <= len(photos)
        seen = now
    with connected(library, tiny_model) as client:
        first = index(client, tmp_path / "photos", tiny_model)
        again = index(client, tmp_path / "photos", tiny_model)
        found = client.call(Search(id=client.new_id(), text="photo", top=1000, with_paths=True))
    assert (first.found, first.failed) == (len(photos), 0)
    assert (again.found, again.unchanged, again.indexed) == (len(photos), len(photos), 0)
    assert isinstance(found, SearchDone)
    assert sorted(found.paths) == sorted(os.fsencode(path) for path in photos)


def test_a_removed_folder_is_brought_back_without_being_read(
    library: LibraryPaths, tiny_model: str, tmp_path: Path
) -> None:
    photos = fill(tmp_path / "photos", 40)

    def found(client: Client) -> dict[bytes, int]:
        done = client.call(Search(id=client.new_id(), text="photo", top=1000, with_paths=True))
        assert isinstance(done, SearchDone)
        return dict(zip(done.paths, done.photo_ids, strict=True))

    with connected(library, tiny_model) as client:
        index(client, tmp_path / "photos", tiny_model)
        before = found(client)
        with CatalogReader.open(library.catalog) as reader:  # type: ignore[union-attr]
            (folder,) = reader.folders()
            client.call(RemoveFolder(id=client.new_id(), folder_id=folder.id))
            assert (reader.folders(), reader.ledger().files, found(client)) == ([], 0, {})
        back = index(client, tmp_path / "photos", tiny_model)
        assert (back.found, back.unchanged, back.indexed) == (len(photos), len(photos), 0)
        assert found(client) == before
        client.call(RemoveFolder(id=client.new_id(), folder_id=folder.id))
        os.kill(client.welcome.pid, signal.SIGKILL)
        assert eventually(lambda: client.closed)
    with connected(library, tiny_model) as client:
        back = index(client, tmp_path / "photos", tiny_model)
        assert (back.unchanged, back.indexed) == (len(photos), 0)
        assert found(client) == before


def test_a_stranger_without_the_token_is_turned_away(
    library: LibraryPaths, tiny_model: str
) -> None:
    with connected(library, tiny_model) as client:
        about = read_worker_file(library)
        assert about is not None
        stranger = connect_to(about.address)
        hello = Hello(id=1, token="0" * 32, protocol=protocol.PROTOCOL_VERSION)
        stranger.send_bytes(protocol.encode(hello))
        with pytest.raises((EOFError, OSError)):
            stranger.recv_bytes()
        state = client.call(GetState(id=client.new_id()), timeout=20)
    assert isinstance(state, StateDone)


def test_noise_on_the_socket_does_not_disturb_the_others(
    library: LibraryPaths, tiny_model: str
) -> None:
    with connected(library, tiny_model) as client:
        about = read_worker_file(library)
        assert about is not None
        noisy = connect_to(about.address)
        noisy.send_bytes(os.urandom(500))
        with pytest.raises((EOFError, OSError)):
            noisy.recv_bytes()
        assert client.call(GetState(id=client.new_id()), timeout=20)


def test_the_workers_file_is_for_its_owner_alone(library: LibraryPaths, tiny_model: str) -> None:
    with connected(library, tiny_model):
        assert library.worker_file.stat().st_mode & 0o077 == 0


def test_a_worker_of_a_newer_photofind_is_refused_in_words(library: LibraryPaths) -> None:
    from multiprocessing.connection import Listener

    library.root.mkdir(parents=True)
    address = str(library.root / "socket")
    with filelock.FileLock(library.worker_lock), Listener(address, family="AF_UNIX"):
        about = WorkerFile(os.getpid(), address, "token", 99)
        library.worker_file.write_bytes(msgspec.json.encode(about))
        with pytest.raises(WorkerUnavailable, match="newer PhotoFind"):
            Client.open(library)


def test_pause_stops_the_work_and_resume_goes_on(
    library: LibraryPaths, tiny_model: str, tmp_path: Path
) -> None:
    fill(tmp_path / "photos", 200)
    events: list[protocol.AnyEvent] = []
    with connected(library, tiny_model, events.append) as client:
        client.call(Pause(id=client.new_id()))
        request = Index(
            id=client.new_id(), paths=(os.fsencode(tmp_path / "photos"),), model=tiny_model
        )
        client.send(request)
        assert eventually(
            lambda: any(isinstance(e, Progress) and e.stage == "paused" for e in events)
        )
        assert embedded(library) == 0
        client.call(Resume(id=client.new_id()))
        assert eventually(lambda: any(isinstance(e, Indexed) for e in events), 60)
    assert embedded(library) == 200


def test_cancel_keeps_what_is_done_and_the_next_run_completes(
    library: LibraryPaths, tiny_model: str, tmp_path: Path
) -> None:
    fill(tmp_path / "photos", 300)
    cancelled: list[int] = []

    def cancel(event: protocol.AnyEvent) -> None:
        if isinstance(event, Progress) and event.stage == "indexing" and event.done:
            cancelled.append(event.done)
            client.send(Cancel(id=client.new_id(), job=request.id))

    with connected(library, tiny_model, cancel) as client:
        request = Index(
            id=client.new_id(), paths=(os.fsencode(tmp_path / "photos"),), model=tiny_model
        )
        stopped = client.call(request, timeout=100)
        assert isinstance(stopped, Indexed)
        assert stopped.cancelled
        assert 0 < embedded(library) < 300
    with connected(library, tiny_model) as client:
        rest = index(client, tmp_path / "photos", tiny_model)
    assert rest.failed == 0
    assert embedded(library) == 300


def test_searches_are_answered_while_photos_are_indexed(
    library: LibraryPaths, tiny_model: str, tmp_path: Path
) -> None:
    fill(tmp_path / "few", 5)
    fill(tmp_path / "many", 250, first=100)
    with connected(library, tiny_model) as client, connected(library, tiny_model) as asking:
        index(client, tmp_path / "few", tiny_model)
        client.send(
            Index(id=client.new_id(), paths=(os.fsencode(tmp_path / "many"),), model=tiny_model)
        )
        beside = 0
        while embedded(library) < 255:
            found = asking.call(Search(id=asking.new_id(), text="a dog", top=5), timeout=30)
            assert isinstance(found, SearchDone)
            assert len(found.photo_ids) == 5
            beside += 1
    assert beside > 1


def test_a_newer_search_spares_the_older_one(library: LibraryPaths, tiny_model: str) -> None:
    answers: list[SearchDone] = []

    def note(event: protocol.AnyEvent) -> None:
        if isinstance(event, SearchDone):
            answers.append(event)

    with connected(library, tiny_model, note) as client:
        for letters in ("b", "be", "bea", "beac", "beach"):
            client.send(Search(id=client.new_id(), text=letters, supersede=True))
        assert eventually(lambda: len(answers) == 5, 60)
    assert not answers[-1].superseded
    assert any(answer.superseded for answer in answers[:-1])


def test_an_unknown_model_is_refused_and_the_library_keeps_its_own(
    library: LibraryPaths, tiny_model: str, tmp_path: Path
) -> None:
    from photofind.errors import ModelError

    fill(tmp_path / "photos", 3)
    with connected(library, tiny_model) as client:
        index(client, tmp_path / "photos", tiny_model)
        with pytest.raises(ModelError):
            index(client, tmp_path / "photos", "ViT-Nowhere-99")
        found = client.call(Search(id=client.new_id(), text="x"), timeout=30)
    assert isinstance(found, SearchDone)
    assert found.model == tiny_model


def test_a_model_that_one_search_names_does_not_become_the_librarys(
    library: LibraryPaths, tiny_model: str
) -> None:
    def asked(client: Client, model: str | None) -> str:
        done = client.call(Search(id=client.new_id(), text="x", model=model), timeout=60)
        assert isinstance(done, SearchDone)
        return done.model

    def used() -> str | None:
        reader = CatalogReader.open(library.catalog)
        assert reader is not None
        with reader:
            return reader.setting("model_used")

    client = Client.open(library, model=tiny_model, passing=True)
    try:
        assert asked(client, tiny_model) == tiny_model
        assert used() is None
        assert asked(client, None) == "builtin"
        assert used() == "builtin"
    finally:
        client.close()


@pytest.mark.skipif(sys.platform != "linux", reason="a priority belongs to the whole process")
def test_reading_photos_gives_way_and_queries_do_not(
    library: LibraryPaths, tiny_model: str, tmp_path: Path
) -> None:
    fill(tmp_path / "photos", 3)
    usual = os.getpriority(os.PRIO_PROCESS, 0)
    with connected(library, tiny_model) as client:
        index(client, tmp_path / "photos", tiny_model)
        worker = psutil.Process(client.welcome.pid)
        nice = [os.getpriority(os.PRIO_PROCESS, thread.id) for thread in worker.threads()]
        decoders = [child.nice() for child in worker.children() if child.is_running()]
    assert nice.count(usual) >= 4  # the main thread, queries, a client's reader and writer
    low = max(priority.LOW, usual)
    assert low in nice
    assert decoders
    assert min(decoders) >= low


@pytest.mark.parametrize("fails", [False, True])
def test_garbage_is_collected_once_the_start_is_over(library: LibraryPaths, fails: bool) -> None:
    class Loading:
        def preload(self) -> None:
            assert not gc.isenabled()
            if fails:
                raise MemoryError

    worker = Worker(library, None, None)
    worker._library = Loading()  # type: ignore[assignment]
    worker._opened.set()
    worker._queries.put(None)
    gc.disable()  # as `__main__` does for the start
    try:
        with pytest.raises(MemoryError) if fails else nullcontext():
            worker._run_queries()
        assert gc.isenabled()
    finally:
        gc.enable()
        gc.unfreeze()


def models_of(client: Client) -> dict[str, ModelLine]:
    answer = client.call(ListModels(id=client.new_id()), timeout=100)
    assert isinstance(answer, ModelList)
    return {line.name: line for line in answer.models}


def test_the_models_are_listed_with_what_is_here_and_in_use(
    library: LibraryPaths, tiny_model: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path / "no cache"))
    with connected(library, tiny_model) as client:
        models = models_of(client)
        assert next(iter(models)) == "builtin"
        assert models["builtin"].basic
        assert models["builtin"].here
        assert [name for name, line in models.items() if line.in_use] == [tiny_model]
        assert models[tiny_model].here
        assert models[tiny_model].megabytes > 0
        others = [line for name, line in models.items() if name not in ("builtin", tiny_model)]
        assert others
        assert not any(line.here or line.basic for line in others)


def test_another_model_can_be_chosen_and_the_one_before_stays_in_the_list(
    library: LibraryPaths, tiny_model: str, tmp_path: Path
) -> None:
    from photofind.errors import ModelError
    from tests.models import write_tiny_model

    other = write_tiny_model(tmp_path / "other", seed=1)
    told: list[EncoderState] = []

    def note(event: protocol.AnyEvent) -> None:
        if isinstance(event, EncoderState):
            told.append(event)

    fill(tmp_path / "photos", 3)
    with connected(library, tiny_model, note) as client:
        index(client, tmp_path / "photos", tiny_model)
        client.call(ChooseModel(id=client.new_id(), model=other), timeout=100)
        models = models_of(client)
        assert models[other].in_use
        assert models[tiny_model].here
        assert not models[tiny_model].in_use
        done = client.call(Index(id=client.new_id()), timeout=100)
        assert isinstance(done, Indexed)
        assert (done.model, done.indexed) == (other, 3)
        # Back again: it is in memory, its embeddings are kept, and every window is told.
        client.call(ChooseModel(id=client.new_id(), model=tiny_model), timeout=100)
        assert eventually(lambda: told[-1].model == tiny_model)
        done = client.call(Index(id=client.new_id()), timeout=100)
        assert isinstance(done, Indexed)
        assert (done.indexed, done.unchanged) == (0, 3)
        # One whose file turns out to be none changes nothing, and nobody is left thinking so.
        (tmp_path / "bad").mkdir()
        for name in ("open_clip_config.json", "open_clip_model.safetensors"):
            (tmp_path / "bad" / name).write_bytes((tmp_path / "other" / name).read_bytes()[:900])
        bad = ChooseModel(id=client.new_id(), model=f"local-dir:{tmp_path / 'bad'}")
        with pytest.raises(ModelError):
            client.call(bad, timeout=100)
        assert models_of(client)[tiny_model].in_use
        assert "failed" in {state.state for state in told}
        assert told[-1].model == tiny_model
