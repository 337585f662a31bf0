"""The evaluate command, on folders and tars of both layouts, through the real encoder."""

import io
import json
import shutil
import tarfile
from pathlib import Path

import pytest
from PIL import Image

from photofind.errors import UsageError
from photofind.training.__main__ import main
from photofind.training.export import export
from photofind.training.judged import read_set
from photofind.training.model import new_model
from tests.training.conftest import sixty_four_photos


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight photos, a folder a label."""
    folder = tmp_path_factory.mktemp("labelled")
    for number, pixels in enumerate(sixty_four_photos()[::8]):
        place = folder / ("cat", "cup")[number % 2]
        place.mkdir(exist_ok=True)
        Image.fromarray(pixels).save(
            place / "same name.png" if number < 2 else place / f"{number}.png"
        )
    return folder


@pytest.fixture(scope="module")
def captioned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six photos with two captions each, as a tar."""
    path = tmp_path_factory.mktemp("captioned") / "set.tar"
    captions = {}
    with tarfile.open(path, "w") as tar:
        for number, pixels in enumerate(sixty_four_photos()[:6]):
            stream = io.BytesIO()
            Image.fromarray(pixels).save(stream, "PNG")
            member = tarfile.TarInfo(f"images/{number}.png")
            member.size = len(stream.getvalue())
            tar.addfile(member, io.BytesIO(stream.getvalue()))
            captions[f"{number}.png"] = [f"photo number {number}", "one of them"]
        content = json.dumps(captions).encode()
        member = tarfile.TarInfo("captions.json")
        member.size = len(content)
        tar.addfile(member, io.BytesIO(content))
    return path


def test_a_folder_for_each_label(labelled: Path) -> None:
    judged = read_set(labelled)
    assert sorted(set(judged.labels)) == ["cat", "cup"]
    assert len(judged.names) == len(judged.labels) == 8
    assert len(list(judged.contents())) == 8
    halves = [read_set(labelled, half=half).names for half in (0, 1)]
    assert sorted(halves[0] + halves[1]) == sorted(judged.names)


def test_captions_in_a_tar(captioned: Path) -> None:
    judged = read_set(captioned)
    assert judged.captions[3] == ("photo number 3", "one of them")
    assert len(list(judged.contents())) == 6


def test_a_folder_with_neither_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"")
    with pytest.raises(UsageError, match="neither captions"):
        read_set(tmp_path)
    with pytest.raises(UsageError, match="neither a folder nor a tar"):
        read_set(tmp_path / "a.jpg")


@pytest.mark.parametrize(
    ("file", "content", "sentence"),
    [
        ("captions.json", '{"0.png": ["a cup"', "is no JSON"),
        ("captions.json", '["a cup"]', "no object"),
        ("captions.json", '{"other.png": ["a cup"], "0.png": []}', "no photo"),
        ("captions.json", '{"0.png": [1]}', "where the sentences of a photo should stand"),
        ("labels.json", '{"0.png": ["cat", "cup"]}', "where the one label of a photo should stand"),
    ],
)
def test_a_set_that_says_it_otherwise_is_refused_with_a_sentence(
    tmp_path: Path, file: str, content: str, sentence: str
) -> None:
    (tmp_path / "0.png").write_bytes(b"")
    (tmp_path / file).write_text(content)
    with pytest.raises(UsageError, match=sentence) as refused:
        read_set(tmp_path)
    assert str(tmp_path) in str(refused.value)


def test_one_sentence_is_as_good_as_a_list_of_one(tmp_path: Path) -> None:
    (tmp_path / "0.png").write_bytes(b"")
    (tmp_path / "captions.json").write_text('{"0.png": "a cup of tea"}')
    assert read_set(tmp_path).captions == (("a cup of tea",),)


def test_a_photo_that_cannot_be_read_is_named_and_the_rest_is_measured(
    labelled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    export(new_model(), tmp_path / "model")
    shutil.copytree(labelled, tmp_path / "set")
    (tmp_path / "set" / "cat" / "broken.png").write_bytes(b"no picture")
    words = ["evaluate", str(tmp_path / "set"), "--model", f"local-dir:{tmp_path / 'model'}"]
    assert main([*words, "--json", "--device", "cpu"]) == 0
    told = capsys.readouterr()
    assert json.loads(told.out)["single_template"]["photos"] == 8
    assert [line for line in told.err.splitlines() if "cat/broken.png is left out" in line]


def test_the_command_measures_any_model(
    labelled: Path, captioned: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    export(new_model(), tmp_path)
    words = ["evaluate", str(labelled), str(captioned), "--model", f"local-dir:{tmp_path}"]
    assert main([*words, "--json", "--device", "cpu"]) == 0
    by_label, by_caption = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert by_label["single_template"]["top_5"] == 1.0  # of two labels
    assert by_label["ensemble"]["labels"] == 2
    assert by_caption["first_captions"]["queries"] == 6
    assert by_caption["all_captions"]["queries"] == 12
    assert by_caption["photos_per_second"] > 0
