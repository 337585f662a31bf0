"""The command line as a person and a script meet it: real processes, a real library."""

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from photofind.client import Client, read_worker_file
from photofind.paths import LibraryPaths, path_from_shown
from photofind.protocol import Indexed, Pause
from tests.models import write_tiny_model
from tests.pictures import fill, jpeg

pytestmark = pytest.mark.timeout(300)


class Shop:
    """A library with a warm worker, and the command line on it."""

    def __init__(self, folder: Path, model: str) -> None:
        self.photos = folder / "photos"
        self.library = LibraryPaths(folder / "library")
        self.model = model

    def start(self, *words: str | bytes | Path, **how: object) -> "subprocess.Popen[bytes]":
        command = [os.fsencode(word) for word in (sys.executable, "-m", "photofind", *words)]
        command += [b"--library", os.fsencode(self.library.root), b"--model", self.model.encode()]
        return subprocess.Popen(  # type: ignore[call-overload,no-any-return]
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **how
        )

    def run(self, *words: str | bytes | Path, status: int = 0) -> tuple[str, list[str]]:
        process = self.start(*words, stdin=subprocess.DEVNULL)
        out, err = process.communicate(timeout=120)
        errors = err.decode().splitlines()
        assert process.returncode == status, errors
        assert not any("Traceback" in line for line in errors), errors
        return out.decode(), errors

    def ask(self, *words: str | bytes | Path) -> dict[str, object]:
        out, _ = self.run(*words, "--json")
        answer = json.loads(out)
        assert isinstance(answer, dict)
        return answer


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, tiny_model: str) -> Iterator[Shop]:
    shop = Shop(tmp_path_factory.mktemp("shop"), tiny_model)
    fill(shop.photos, 8)
    (shop.photos / "words.jpg").write_text("these are words, not a picture")
    for name in (b"tab\there.jpg", b"line\nbreak.jpg", b"latin-\xe9\xff.jpg", b"back\\slash.jpg"):
        path = os.path.join(os.fsencode(shop.photos), name)
        with open(path, "wb") as file:
            file.write(jpeg(len(name) * 100 + name[0]))
    client = Client.open(shop.library, model=tiny_model)
    try:
        shop.first = shop.ask("index", shop.photos)  # type: ignore[attr-defined]
        yield shop
    finally:
        client.close()


def test_the_first_index_counts_every_file(shop: Shop) -> None:
    counts = {key: shop.first[key] for key in ("found", "indexed", "unchanged", "failed")}  # type: ignore[attr-defined]
    assert counts == {"found": 13, "indexed": 12, "unchanged": 0, "failed": 1}


def test_a_second_index_reads_nothing_and_names_the_failed_again(shop: Shop) -> None:
    again = shop.ask("index", shop.photos)
    counts = {key: again[key] for key in ("found", "indexed", "unchanged", "failed", "removed")}
    assert counts == {"found": 13, "indexed": 0, "unchanged": 12, "failed": 1, "removed": 0}


def test_search_prints_score_tab_path_best_first(shop: Shop) -> None:
    out, errors = shop.run("search", "a dog", "--top", "50")
    lines = out.splitlines()
    assert len(lines) == 12
    assert not errors
    scores = [float(line.split("\t")[0]) for line in lines]
    assert scores == sorted(scores, reverse=True)
    assert all(os.path.isfile(path_from_shown(line.split("\t")[1])) for line in lines)


def test_search_as_json_gives_the_same(shop: Shop) -> None:
    answer = shop.ask("search", "a dog", "--top", "3")
    out, _ = shop.run("search", "a dog", "--top", "3")
    results = answer["results"]
    assert isinstance(results, list)
    assert [hit["path"] for hit in results] == [line.split("\t")[1] for line in out.splitlines()]
    assert answer["query"] == "a dog"
    assert answer["model"] == shop.model


def test_a_question_a_line_is_answered_before_the_next_is_asked(shop: Shop) -> None:
    talk = shop.start("search", "-", "--json", "--top", "2", stdin=subprocess.PIPE)
    assert talk.stdin
    assert talk.stdout
    for query in ("a dog", "해변의 개", 'quote " and \\ back'):
        talk.stdin.write(query.encode() + b"\n")
        talk.stdin.flush()
        answer = json.loads(talk.stdout.readline())
        assert answer["query"] == query
        assert len(answer["results"]) == 2
    rest, errors = talk.communicate(timeout=20)
    assert (rest, errors, talk.returncode) == (b"", b"", 0)


def test_the_mark_at_the_start_of_a_text_file_is_no_part_of_the_first_question(
    shop: Shop,
) -> None:
    talk = shop.start("search", "-", "--json", "--top", "1", stdin=subprocess.PIPE)
    out, _ = talk.communicate("\ufeffa dog\r\na dog\r\n".encode(), timeout=60)
    first, second = map(json.loads, out.splitlines())
    assert first["query"] == second["query"] == "a dog"
    assert first["results"] == second["results"]


def test_a_search_with_a_model_that_has_read_nothing_says_so(shop: Shop, tmp_path: Path) -> None:
    other = Shop(shop.library.root.parent, write_tiny_model(tmp_path / "other", seed=1))
    out, errors = other.run("search", "a dog")
    assert out == ""
    assert [line for line in errors if "no photo was read with this model" in line] == errors
    assert len(errors) == 1
    assert other.ask("search", "a dog")["results"] == []


def test_a_picture_finds_itself_and_its_copy_elsewhere(shop: Shop, tmp_path: Path) -> None:
    copy = shutil.copy(shop.photos / "p0003.jpg", tmp_path / "elsewhere.png")
    answer = shop.ask("search", "--image", copy, "--top", "1")
    (best,) = answer["results"]  # type: ignore[misc]
    assert best["path"] == str(shop.photos / "p0003.jpg")
    assert best["score"] > 0.99


@pytest.mark.parametrize("what", ["gone.jpg", "words.jpg", ""])
def test_what_is_no_picture_is_refused_in_one_line(shop: Shop, what: str) -> None:
    out, errors = shop.run("search", "--image", shop.photos / what, status=1)
    assert out == ""
    assert len(errors) == 1
    assert what in errors[0]


def test_status_counts_and_names_what_was_set_aside(shop: Shop) -> None:
    state = shop.ask("status")
    assert (state["photos"], state["embedded"]) == (12, 12)
    (failed,) = state["failed"]  # type: ignore[misc]
    assert failed["path"].endswith("words.jpg")
    assert "not a picture" in failed["reason"]
    files = state["files"]
    assert isinstance(files, dict)
    assert files.pop("all") == sum(files.values())
    out, _ = shop.run("status")
    assert str(shop.photos) in out


def test_the_doctor_finds_all_well(shop: Shop) -> None:
    told = shop.ask("doctor")
    assert told["ok"] is True, told
    checks = [check["check"] for check in told["checks"]]  # type: ignore[attr-defined]
    assert checks == ["environment", "disk", "catalog", "thumbnails", "model", "index"]


def test_a_picture_is_classified_by_labels(shop: Shop) -> None:
    told = shop.ask("classify", shop.photos / "p0001.jpg", "--labels", "a dog, a cat,a car")
    labels = told["labels"]
    assert isinstance(labels, list)
    assert {entry["label"] for entry in labels} == {"a dog", "a cat", "a car"}
    assert sum(entry["probability"] for entry in labels) == pytest.approx(1, abs=1e-4)


def test_a_path_that_is_not_there_is_named(shop: Shop, tmp_path: Path) -> None:
    out, errors = shop.run("index", tmp_path / "no such folder", status=1)
    assert out == ""
    assert len(errors) == 1
    assert "no such folder" in errors[0]


def test_undecodable_words_are_answered(shop: Shop) -> None:
    out, _ = shop.run("search", b"caf\xe9 \xff")
    assert len(out.splitlines()) == 12


def test_a_reader_that_has_heard_enough_is_no_error(shop: Shop) -> None:
    process = shop.start("search", "dog")
    assert process.stdout
    process.stdout.close()
    assert process.stderr
    with process.stderr as errors:
        assert errors.read() == b""
    assert process.wait(60) == 0


@pytest.mark.skipif(os.name == "nt", reason="only on POSIX: a shell that closes streams")
@pytest.mark.parametrize(
    ("closed", "words"),
    [
        ("2>&-", ("index", "PHOTOS")),
        ("<&-", ("search", "-")),
        (">&-", ("status",)),
        ("<&- >&- 2>&-", ("search", "dog")),
    ],
)
def test_streams_that_are_closed_are_done_without(
    shop: Shop, closed: str, words: tuple[str, ...]
) -> None:
    words = tuple(str(shop.photos) if word == "PHOTOS" else word for word in words)
    command = [sys.executable, "-m", "photofind", *words, "--library", str(shop.library.root)]
    command += ["--model", shop.model]
    process = subprocess.run(
        ["/bin/sh", "-c", f'exec "$@" {closed}', "sh", *command],
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert (process.returncode, process.stderr) == (0, b"")
    assert bool(process.stdout) == (words[0] == "index")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="only on Linux")
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_an_answer_that_cannot_be_written_is_an_error_in_one_line(unbuffered: str) -> None:
    command = [sys.executable, "-m", "photofind", "status", "--library", "/nowhere", "--json"]
    with open("/dev/full", "wb") as full:
        process = subprocess.run(
            command,
            stdout=full,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
            timeout=60,
            check=False,
        )
    assert process.returncode == 1
    (line,) = process.stderr.decode().splitlines()
    assert "could not be written" in line


def test_an_output_without_unicode_gets_json_all_the_same(tmp_path: Path) -> None:
    library = tmp_path / "사진"
    answers = []
    for encoding in ("ascii", "utf-8"):
        process = subprocess.run(
            [sys.executable, "-m", "photofind", "status", "--library", library, "--json"],
            capture_output=True,
            env={**os.environ, "PYTHONIOENCODING": encoding},
            timeout=60,
            check=True,
        )
        answers.append(json.loads(process.stdout.decode(encoding)))
    assert answers[0] == answers[1]
    assert path_from_shown(answers[0]["library"]) == os.fsencode(library)


@pytest.mark.skipif(sys.platform != "linux", reason="only on Linux: any bytes are a name")
def test_a_library_of_any_name_is_told(tmp_path: Path) -> None:
    library = os.fsencode(tmp_path) + b"/l\xff"
    for more in ([], ["--json"]):
        process = subprocess.run(
            [sys.executable, "-m", "photofind", "status", "--library", library, *more],
            capture_output=True,
            env={**os.environ, "PYTHONIOENCODING": "utf-8"},  # strict, as most terminals are
            timeout=60,
            check=True,
        )
        assert b"/l\\xff" in process.stdout.replace(b"\\\\", b"\\")


@pytest.mark.skipif(os.name == "nt", reason="only on POSIX: a folder in use can go")
def test_a_current_folder_that_is_gone_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from photofind.__main__ import main

    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    (tmp_path / "here").rmdir()
    for words in (["status", "--library", "lib"], ["index", ".", "--library", str(tmp_path)]):
        assert main(words) == 1
        assert "current folder is not there" in capsys.readouterr().err


def test_an_index_that_the_window_cancelled_is_not_called_done(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from photofind import cli
    from photofind.__main__ import main

    monkeypatch.setattr(
        cli, "index_folders", lambda *_, **__: Indexed(found=9, indexed=4, cancelled=True)
    )
    assert main(["index", str(tmp_path), "--json", "--library", str(tmp_path / "library")]) == 1
    said = capsys.readouterr()
    assert json.loads(said.out)["indexed"] == 4
    assert said.err == "photofind: stopped from elsewhere; what was finished is kept\n"


def test_every_file_that_was_set_aside_is_listed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from photofind import report
    from tests.catalog.making import Library as Made
    from tests.catalog.making import failed

    made = Made(LibraryPaths(tmp_path).catalog)
    files = made.add(*[f"{number}.jpg" for number in range(5)])
    made.keep(failures=[failed(file_id) for file_id in files])
    made.close()
    monkeypatch.setattr(report, "SET_ASIDE_AT_ONCE", 2)
    assert len(report.library_report(LibraryPaths(tmp_path)).set_aside) == 5


_INTERRUPTED_IMPORT = """
import os, signal, sys
class Finder:
    def find_spec(self, name, *_):
        if name == "photofind.cli":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Finder())
from photofind.__main__ import main
main(["status"])
"""


@pytest.mark.skipif(os.name == "nt", reason="only on POSIX: a signal to oneself")
def test_an_interrupt_before_anything_began_ends_it_without_a_word() -> None:
    command = [sys.executable, "-c", _INTERRUPTED_IMPORT]
    process = subprocess.run(command, capture_output=True, timeout=60, check=False)
    assert process.returncode == -signal.SIGINT
    assert (process.stdout, process.stderr) == (b"", b"")


@pytest.mark.skipif(os.name == "nt", reason="only on POSIX: any bytes are an argument")
@pytest.mark.parametrize(
    "words",
    [
        ("index", ".", "--exclude", os.fsdecode(b"caf\xe9")),
        ("classify", "x.jpg", "--labels", os.fsdecode(b"caf\xe9")),
        ("search", "dog", "--model", os.fsdecode(b"m\xe9")),
    ],
)
def test_options_that_are_no_text_are_refused_by_name(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    from photofind.__main__ import main

    with contextlib.suppress(SystemExit):
        assert main(words) == 2
    assert f"{words[2]} is no valid UTF-8" in (said := capsys.readouterr().err) or "write ?" in said


def test_any_number_of_hits_may_be_asked_for(shop: Shop) -> None:
    out, _ = shop.run("search", "dog", "--top", str(10**30))
    assert len(out.splitlines()) == 12


def test_a_query_without_end_holds_up_nobody(shop: Shop) -> None:
    letters = "".join(random.Random(5).choices("abcdefghijklmnopqrstuvwxyz", k=400_000))
    talk = shop.start("search", "-", "--json", stdin=subprocess.PIPE)
    out, errors = talk.communicate(f"{letters}\na dog\n".encode(), timeout=60)
    assert (errors, talk.returncode) == (b"", 0)
    long, short = map(json.loads, out.splitlines())
    assert (long["query"], len(long["results"])) == (letters, 12)
    assert short["query"] == "a dog"


@pytest.mark.parametrize(
    "words",
    [
        ("search",),
        ("index",),
        ("search", ""),
        ("search", "dog", "--top", "0"),
        ("search", "dog", "--top", "many"),
        ("search", "dog", "--no-such-option"),
        ("search", "dog", "--image", "x.jpg"),
        ("status", "--device", "quantum"),
        ("classify", "x.jpg", "--labels", " , "),
        ("index", ""),
        ("index", "photos", ""),
        ("search", "--image", ""),
        ("classify", "", "--labels", "cat"),
    ],
)
def test_wrong_usage_ends_with_2_and_a_word(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    from photofind.__main__ import main

    with pytest.raises(SystemExit) as end:
        main(words)
    assert end.value.code == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err


@pytest.mark.parametrize("count", ["many", "1e3", "2.5", "", "-1"])
def test_how_many_hits_is_refused_in_words_for_people(
    count: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from photofind.__main__ import main

    with pytest.raises(SystemExit):
        main(["search", "dog", "--top", count])
    assert f"'{count}' is not a positive whole number" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["status", "index"])
def test_a_library_without_a_name_is_not_the_persons_own(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from photofind.__main__ import main

    words = [command, *(["photos"] if command == "index" else []), "--library", ""]
    assert main(words) == 2
    assert "--library is empty" in capsys.readouterr().err


def test_options_may_stand_before_the_command() -> None:
    from photofind.cli.words import parse

    chosen = parse(["--library", "/somewhere", "--json", "search", "dog"])
    assert (chosen.library, chosen.json, chosen.query) == ("/somewhere", True, "dog")
    after = parse(["search", "dog", "--library", "/somewhere"])
    assert after.library == "/somewhere"


def test_as_many_hits_as_one_likes_can_be_asked_for(shop: Shop) -> None:
    answer = shop.ask("search", "a dog", "--top", "9" * 30)
    assert len(answer["results"]) == 12  # type: ignore[arg-type]


def test_a_model_named_by_a_relative_path_is_looked_for_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker that opens it has another current folder."""
    from photofind.cli.words import parse

    def model(name: str) -> str:
        return str(parse(["search", "dog", "--model", name]).model)

    monkeypatch.chdir(tmp_path)
    (tmp_path / "weights").touch()
    assert model("local-dir:mine") == f"local-dir:{tmp_path / 'mine'}"
    assert model("ViT-B-32:there/w.pt") == f"ViT-B-32:{tmp_path / 'there' / 'w.pt'}"
    assert model("ViT-B-32:w.safetensors") == f"ViT-B-32:{tmp_path / 'w.safetensors'}"
    assert model("ViT-B-32:weights") == f"ViT-B-32:{tmp_path / 'weights'}"
    assert parse(["--model", "local-dir:mine"]).model == f"local-dir:{tmp_path / 'mine'}"
    for name in ("builtin", "ViT-B-32", "ViT-B-32:laion2b_s34b_b79k", "hf-hub:somebody/model"):
        assert model(name) == name


def test_words_that_are_no_command_are_folders_for_the_window() -> None:
    from photofind.cli.words import parse

    assert parse(["/photos", "index"]).folders == ["/photos", "index"]
    assert parse([]).command == "window"


def test_an_empty_library_answers_status_without_a_worker(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from photofind.__main__ import main

    assert main(["status", "--json", "--library", str(tmp_path / "none")]) == 0
    assert json.loads(capsys.readouterr().out)["photos"] == 0
    assert not (tmp_path / "none").exists()


def test_a_file_in_the_place_of_the_library_stays_untouched(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from photofind.__main__ import main

    place = tmp_path / "mine"
    place.write_text("something of the person's")
    for words in (["search", "dog"], ["status"], ["index", str(tmp_path)]):
        assert main([*words, "--library", str(place)]) == 1
        assert "something else is in that place" in capsys.readouterr().err
    assert place.read_text() == "something of the person's"


def test_an_index_says_that_it_waits_for_a_pause_to_end(shop: Shop, tmp_path: Path) -> None:
    """Near the end: it adds a photo to the library."""
    fill(tmp_path / "more", 1, first=50)
    window = Client.open(shop.library, model=shop.model)
    try:
        window.call(Pause(id=window.new_id()))
        process = shop.start("index", tmp_path / "more")
        assert process.stderr
        assert "paused in the window" in process.stderr.readline().decode()
    finally:
        window.close()
    out, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (0, b"")
    assert out.startswith(b"1 found: 1 indexed")


def test_a_search_goes_on_with_another_worker(shop: Shop) -> None:
    """Last here: after it nobody keeps the worker warm."""
    talk = shop.start("search", "-", "--json", "--top", "1", stdin=subprocess.PIPE)
    assert talk.stdin
    assert talk.stdout
    with talk:
        for query in ("a dog", "a cat"):
            talk.stdin.write(query.encode() + b"\n")
            talk.stdin.flush()
            assert json.loads(talk.stdout.readline())["query"] == query
            worker = read_worker_file(shop.library)
            assert worker is not None
            psutil.Process(worker.pid).kill()
        talk.stdin.close()
        assert talk.wait(60) == 0
