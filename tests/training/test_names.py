"""Names, phrases and nonsense; drawn pages; the sentences and photos read from a data folder."""

import doctest
import io
import json
import random
import tarfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data

from photofind.training import names, pages, photos, sentences, text_stage
from photofind.training.batches import ConceptNames
from photofind.training.writing import write_over
from tests.training.conftest import made_up_teacher, sixty_four_photos

NOUNS = {"n01": ("tench", "Tinca tinca"), "n02": ("crane",), "n03": ("crane",), "n04": ("boat",)}


@pytest.mark.parametrize("module", [names, sentences, text_stage])
def test_the_examples_in_docstrings(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


def test_concepts_begin_with_the_classes_and_know_every_label() -> None:
    found = names.concepts(["tench"], ["n01"], NOUNS, ["n04", "sea", "banana large", "image"])
    assert found.names[0] == ("tench",)
    assert found.by_label["n01"] == 0
    assert found.names[found.by_label["n04"]] == ("boat",)
    assert "the ocean" in found.names[found.by_label["sea"]]
    assert found.names[found.by_label["banana large"]] == ("bananas",)
    assert "image" not in found.by_label


def test_a_latin_name_is_used_only_when_there_is_no_other() -> None:
    assert names.common_names(("tench", "Tinca tinca")) == ("tench",)
    assert names.common_names(("Ursus ursus",)) == ("Ursus ursus",)


def test_nonsense_depends_on_the_seed_alone() -> None:
    assert names.nonsense(random.Random(1)) == names.nonsense(random.Random(1))
    assert names.nonsense(random.Random(1)) != names.nonsense(random.Random(2))


@pytest.mark.parametrize("label", sorted(pages.PAINTERS))
def test_a_page_is_drawn_the_same_each_time_and_is_not_empty(label: str) -> None:
    drawn = pages.page(label, 5)
    assert drawn.shape == (224, 224, 3)
    assert drawn.std() > 5
    np.testing.assert_array_equal(drawn, pages.page(label, 5))
    assert label in names.PLAIN


def test_a_photo_that_is_judged_is_left_out_of_training(tmp_path: Path) -> None:
    tiles = sixty_four_photos()[:6]
    tar = tmp_path / "tiny.tar"
    with tarfile.open(tar, "w") as opened:

        def add(name: str, content: bytes) -> None:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            opened.addfile(member, io.BytesIO(content))

        for number, pixels in enumerate(tiles):
            stream = io.BytesIO()
            Image.fromarray(pixels).save(stream, "PNG")
            add(f"images/{number}.png", stream.getvalue())
        add("images/broken.png", b"not a picture")
        add("labels.json", json.dumps({f"{n}.png": f"label {n}" for n in range(6)}).encode())
    # The same photo, darker and of another size.
    darker = Image.fromarray(tiles[2] // 2).resize((90, 90))
    judged = photos.fingerprint(darker)[None]
    assert photos.keep_set(tar, tmp_path, judged) == (5, 1)
    known = json.loads((tmp_path / "px" / "tiny.json").read_text())
    assert [photo["label"] for photo in known] == [f"label {n}" for n in (0, 1, 3, 4, 5)]
    kept = np.load(tmp_path / "px" / "tiny.npy")
    np.testing.assert_array_equal(kept[2], tiles[3])


def test_a_judged_photo_is_known_by_its_middle_and_by_the_whole_of_it(tmp_path: Path) -> None:
    wide = Image.fromarray(data.astronaut()).crop((0, 0, 512, 300))
    (tmp_path / "photos").mkdir()
    wide.save(tmp_path / "photos" / "judged.jpg")
    judged = photos.judged_fingerprints(tmp_path / "eval", tmp_path / "photos")
    squeezed, middle = wide.resize((64, 64)), wide.crop((106, 0, 406, 300))
    for double in (squeezed, middle):
        assert float((judged @ photos.fingerprint(double)).max()) > photos.DOUBLE
    assert float((judged @ photos.fingerprint(wide.crop((200, 100, 512, 300)))).max()) < 0.9


def test_writing_covers_a_part_of_a_photo_and_depends_on_the_generator_alone() -> None:
    photo = sixty_four_photos()[3]
    written = write_over(photo, np.random.default_rng(1))
    np.testing.assert_array_equal(written, write_over(photo, np.random.default_rng(1)))
    changed = np.stack(
        [
            (write_over(photo, np.random.default_rng(seed)) != photo).any(axis=2).mean()
            for seed in range(40)
        ]
    )
    assert (changed > 0).all()
    assert changed.mean() < 0.4


def test_a_name_lies_between_the_word_and_a_sentence_about_it() -> None:
    vector = sentences.name_vectors(lambda texts: made_up_teacher(list(texts)), ["owl"])[0]
    word, sentence = made_up_teacher(["owl", "a photo of an owl."])
    assert vector @ word == pytest.approx(vector @ sentence, abs=1e-6)
    assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-6)


def test_a_photo_of_a_kind_of_flower_is_half_of_the_time_a_flower(tmp_path: Path) -> None:
    (tmp_path / "text").mkdir()
    known = {"names": [["tulip"], ["flower"], ["sea"]]}
    known["by_label"] = {"tulip": 0, "flower": 1, "sea": 2}  # type: ignore[assignment]
    (tmp_path / "text" / "concepts.json").write_text(json.dumps(known))
    (tmp_path / "text" / "names.json").write_text(json.dumps(["tulip", "flower", "sea"]))
    np.save(tmp_path / "text" / "names.npy", np.eye(3, 384, dtype=np.float16))
    concepts = ConceptNames(tmp_path, np.zeros(384, np.float32))
    rng = np.random.default_rng(0)
    drawn = [concepts.concept({"label": "tulip"}, rng) for _ in range(200)]
    assert set(drawn) == {0, 1}
    assert 70 < sum(drawn) < 130
    assert {concepts.concept({"label": "sea"}, rng) for _ in range(20)} == {2}
