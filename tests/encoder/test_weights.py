"""Checkpoints: every honest kind loads, every other is answered with a sentence."""

import json
import os
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from photofind.encoder import open_encoder, weights
from photofind.encoder.models import resolve
from photofind.encoder.weights import load
from photofind.errors import ModelError
from tests.encoder.conftest import CONVOLUTIONAL, TINY, random_model, write_model

WEIGHTS = "open_clip_model.safetensors"


def copy_of(folder: Path, target: Path) -> Path:
    target.mkdir()
    for file in folder.iterdir():
        (target / file.name).write_bytes(file.read_bytes())
    return target


def opened(folder: Path) -> np.ndarray:
    return open_encoder(f"local-dir:{folder}", "cpu").encode_texts(["a dog"])


def failure(name: str) -> str:
    with pytest.raises(ModelError) as error:
        open_encoder(name, "cpu")
    assert "\n" not in str(error.value)
    return str(error.value)


def test_every_weight_of_the_file_arrives(models: Path) -> None:
    """Initialisation is switched off: a weight that was not loaded would be left over memory."""
    for name, config in (("tiny", TINY), ("convolutional", CONVOLUTIONAL)):
        model = load(resolve(f"local-dir:{models / name}")).model
        reference = random_model({**config, "custom_text": True})
        reference.load_state_dict(load_file(models / name / WEIGHTS), strict=False)
        for key, value in reference.visual.state_dict().items():
            assert torch.equal(model.visual.state_dict()[key], value), key
        buffers = dict(model.named_buffers())
        for key, buffer in reference.named_buffers():  # also those that no file holds
            if not key.startswith("visual.trunk"):
                assert torch.equal(buffers[key], buffer), key


def test_initialisation_is_switched_off_only_while_a_model_is_built(models: Path) -> None:
    load(resolve(f"local-dir:{models / 'tiny'}"))
    assert float(torch.nn.Linear(64, 64).weight.detach().std()) > 0
    assert float(torch.empty(1000).normal_().std()) > 0.5


def test_half_precision_files_give_the_same_vectors(models: Path, tmp_path: Path) -> None:
    folder = copy_of(models / "tiny", tmp_path / "half")
    halves = {name: value.half() for name, value in load_file(folder / WEIGHTS).items()}
    save_file(halves, folder / WEIGHTS)
    assert float((opened(folder) @ opened(models / "tiny").T).item()) > 0.999


def test_torch_files_of_tensors_load(models: Path, tmp_path: Path) -> None:
    folder = copy_of(models / "tiny", tmp_path / "torch")
    state = load_file(folder / WEIGHTS)
    (folder / WEIGHTS).unlink()
    torch.save({"state_dict": {f"module.{k}": v for k, v in state.items()}}, folder / "model.pth")
    assert np.array_equal(opened(folder), opened(models / "tiny"))


class Hostile:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (os.environ["PHOTOFIND_TEST_TARGET"],)


def test_a_torch_file_with_code_in_it_is_refused_and_not_run(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PHOTOFIND_TEST_TARGET", str(tmp_path / "was-run"))
    folder = copy_of(models / "tiny", tmp_path / "hostile")
    (folder / WEIGHTS).unlink()
    torch.save({"state_dict": Hostile()}, folder / "model.pth")
    assert "safetensors" in failure(f"local-dir:{folder}")
    (folder / "model.pth").write_bytes(pickle.dumps(Hostile(), protocol=2))
    assert str(folder) in failure(f"local-dir:{folder}")
    assert not (tmp_path / "was-run").exists()


@pytest.mark.parametrize("kept", [0, 7, 1000, -1])
@pytest.mark.parametrize("kind", ["safetensors", "pth"])
def test_a_truncated_checkpoint_is_called_damaged(
    kept: int, kind: str, models: Path, tmp_path: Path
) -> None:
    folder = copy_of(models / "tiny", tmp_path / "cut")
    whole = folder / WEIGHTS
    if kind == "pth":
        torch.save(load_file(whole), folder / "model.pth")
        whole.unlink()
        whole = folder / "model.pth"
    whole.write_bytes(whole.read_bytes()[:kept])
    message = failure(f"local-dir:{folder}")
    assert "damaged" in message
    assert str(whole) in message


def test_weights_of_another_architecture_are_refused(
    models: Path, real_architecture: tuple[str, Path]
) -> None:
    architecture, file = real_architecture
    assert "not those of ViT-B-32" in failure(f"ViT-B-32:{file}")
    message = failure(f"{architecture}:{models / 'tiny' / WEIGHTS}")
    assert f"not those of {architecture}" in message
    assert len(message) < 500


def test_a_file_that_holds_no_weights_is_refused(
    real_architecture: tuple[str, Path], tmp_path: Path
) -> None:
    file = tmp_path / "nothing.pth"
    torch.save({}, file)
    assert "not those of" in failure(f"{real_architecture[0]}:{file}")


def test_weights_that_are_no_numbers_are_called_damaged(models: Path, tmp_path: Path) -> None:
    folder = copy_of(models / "tiny", tmp_path / "nan")
    state = load_file(folder / WEIGHTS)
    state["text_projection"] = torch.full_like(state["text_projection"], float("nan"))
    save_file(state, folder / WEIGHTS)
    assert "no usable vectors" in failure(f"local-dir:{folder}")


def test_a_configuration_that_is_none_is_refused(models: Path, tmp_path: Path) -> None:
    folder = copy_of(models / "tiny", tmp_path / "odd")
    for text, expected in (
        ("{", "cannot be read"),
        ("[]", "no table|not a table"),
        ('{"model_cfg": {}}', "describes no network"),
        ('{"model_cfg": []}', "describes no network"),
        ('{"model_cfg": {"embed_dim": 4, "vision_cfg": {}, "text_cfg": null}}', "no network"),
        ('{"model_cfg": {"embed_dim": 4, "vision_cfg": {"a": 1}, "text_cfg": {}}}', "be built"),
    ):
        (folder / "open_clip_config.json").write_text(text)
        with pytest.raises(ModelError, match=expected):
            open_encoder(f"local-dir:{folder}", "cpu")


@pytest.mark.parametrize("odd", [[1], {"mean": [0.5]}, {"resize_mode": "stretch"}])
def test_a_preprocessing_that_makes_no_sense_is_refused(
    odd: object, models: Path, tmp_path: Path
) -> None:
    folder = copy_of(models / "tiny", tmp_path / "odd")
    config = {"model_cfg": TINY, "preprocess_cfg": odd}
    (folder / "open_clip_config.json").write_text(json.dumps(config))
    assert "preprocess_cfg" in failure(f"local-dir:{folder}")


@pytest.mark.filterwarnings("ignore:.*TorchScript")
def test_a_program_is_not_called_weights_of_another_architecture(
    real_architecture: tuple[str, Path], tmp_path: Path
) -> None:
    """OpenAI's own files are programs, and lie in many caches."""
    file = tmp_path / "ViT-B-32.pt"
    torch.jit.script(torch.nn.Linear(2, 2)).save(file)
    message = failure(f"{real_architecture[0]}:{file}")
    assert "TorchScript" in message
    assert "not those of" not in message


def test_a_vocabulary_that_is_not_on_this_computer_is_named(
    real_architecture: tuple[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(weights, "import_transformers", lambda: None)
    message = failure(f"ViT-B-16-SigLIP:{real_architecture[1]}")
    assert "fetch timm/ViT-B-16-SigLIP" in message
    assert "connect" not in message


def test_weights_are_computed_with_the_activation_that_they_were_trained_with() -> None:
    open_clip = weights.import_open_clip()

    def configured(name: str) -> tuple[bool, str]:
        spec = resolve(name)
        hints = open_clip.get_pretrained_cfg(spec.architecture, spec.source)
        config, _, architecture = weights._configuration(open_clip, spec, hints)
        return bool(config.get("quick_gelu")), architecture

    assert configured("ViT-B-32:openai") == (True, "ViT-B-32-quickgelu")
    assert configured("ViT-B-32-quickgelu:openai") == (True, "ViT-B-32-quickgelu")
    assert configured("ViT-B-32:laion2b_s34b_b79k") == (False, "ViT-B-32")


def test_weights_that_are_not_on_this_computer_are_not_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert "not on this computer" in failure("ViT-B-32:laion2b_s34b_b79k")
    assert "not on this computer" in failure("ViT-B-16-plus-240")
    assert "no pretrained weights named" in failure("ViT-B-32:no_such_tag")


def test_weights_in_the_cache_are_found_by_their_tag(
    real_architecture: tuple[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RN50's cc12m weights come from a URL, which open_clip keeps in ~/.cache/clip."""
    from photofind.encoder.runtime import import_open_clip

    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    tag = import_open_clip().get_pretrained_cfg("RN50", "cc12m")
    cache = tmp_path / ".cache" / "clip"
    cache.mkdir(parents=True)
    (cache / tag["url"].rpartition("/")[2]).write_bytes(b"not weights")
    assert "damaged" in failure("RN50:cc12m")  # found, opened, and found wanting


def test_weights_in_the_hub_s_cache_are_found_without_asking_it(
    real_architecture: tuple[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    repository = tmp_path / "models--laion--CLIP-ViT-B-32-laion2B-s34B-b79K"
    snapshot = repository / "snapshots" / ("c" * 40)
    snapshot.mkdir(parents=True)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text("c" * 40)
    (snapshot / "open_clip_model.safetensors").write_bytes(real_architecture[1].read_bytes())
    message = failure("ViT-B-32:laion2b_s34b_b79k")  # found, and of another architecture
    assert "not those of ViT-B-32" in message
    assert str(snapshot) in message


def test_equal_weights_have_equal_keys_wherever_they_lie(models: Path, tmp_path: Path) -> None:
    def key(folder: Path) -> str:
        return open_encoder(f"local-dir:{folder}", "cpu").key

    moved = copy_of(models / "tiny", tmp_path / "moved")
    assert key(moved) == key(models / "tiny")
    other_weights = write_model(tmp_path / "other", TINY, {}, seed=5)
    assert key(other_weights) != key(models / "tiny")
    config = json.loads((moved / "open_clip_config.json").read_text())
    config["preprocess_cfg"] = {"resize_mode": "squash"}
    (moved / "open_clip_config.json").write_text(json.dumps(config))
    assert key(moved) != key(models / "tiny")


def test_a_checkpoint_file_is_preprocessed_as_its_published_kin() -> None:
    from photofind.encoder.runtime import import_open_clip
    from photofind.encoder.weights import _agreed_hints

    siglip = _agreed_hints(import_open_clip(), "ViT-B-16-SigLIP")
    assert siglip["resize_mode"] == "squash"
    assert tuple(siglip["mean"]) == (0.5, 0.5, 0.5)
    assert _agreed_hints(import_open_clip(), "ViT-B-32").get("resize_mode") in (None, "shortest")
