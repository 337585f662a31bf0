"""A name means one model, or says what to do. Nothing here needs torch."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from photofind.encoder import is_here, known_models, models, resolve
from photofind.encoder.models import architectures
from photofind.errors import ModelError


def test_importing_the_package_and_resolving_a_name_does_not_import_torch() -> None:
    program = (
        "import sys, photofind.encoder as encoder, photofind.encoder.zeroshot;"
        "encoder.resolve('ViT-B-32'); encoder.known_models();"
        "print(sorted({'torch', 'open_clip', 'safetensors', 'timm'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_an_unknown_architecture_is_answered_with_near_names() -> None:
    with pytest.raises(ModelError, match="Did you mean ViT-B-32") as error:
        resolve("VIT-B32")
    assert "\n" not in str(error.value)


def test_a_missing_checkpoint_file_is_named() -> None:
    with pytest.raises(ModelError, match=r"no model file .*weights\.safetensors"):
        resolve("ViT-B-32:weights.safetensors")


def test_a_folder_in_the_place_of_a_file_is_told_how_to_be_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=f"local-dir:{re.escape(str(tmp_path))}"):
        resolve(f"ViT-B-32:{tmp_path}")


def test_the_hub_is_never_asked_for_a_model() -> None:
    with pytest.raises(ModelError, match="local-dir"):
        resolve("hf-hub:somebody/model")


def test_a_folder_without_a_configuration_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"open_clip_config\.json"):
        resolve(f"local-dir:{tmp_path}")
    with pytest.raises(ModelError, match="no model folder"):
        resolve(f"local-dir:{tmp_path / 'absent'}")


def test_a_folder_without_weights_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "open_clip_config.json").write_text("{}")
    with pytest.raises(ModelError, match="no weights"):
        resolve(f"local-dir:{tmp_path}")


def test_an_installation_without_the_built_in_model_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "resource", lambda *parts: tmp_path.joinpath(*parts))
    with pytest.raises(ModelError, match="built-in model is missing"):
        resolve(None)


def test_a_name_resolves_to_itself(models: Path, real_architecture: tuple[str, Path]) -> None:
    architecture, file = real_architecture
    for name in ("ViT-B-32", f"{architecture}:{file}", f"local-dir:{models / 'tiny'}"):
        spec = resolve(name)
        assert resolve(spec.name) == spec


def test_relative_paths_are_kept_whole(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(models)
    assert resolve("local-dir:tiny").name == f"local-dir:{models / 'tiny'}"


def test_an_architecture_alone_takes_the_recommended_weights() -> None:
    assert resolve("ViT-B-32-256").name == "ViT-B-32-256:datacomp_s34b_b86k"


def test_what_a_model_reads_is_known_or_left_open(models: Path) -> None:
    assert resolve("ViT-B-32-SigLIP2-256").languages == ("*",)
    assert resolve("ViT-B-16:laion2b_s34b_b88k").languages == ("en",)
    assert resolve("mt5-base-ViT-B-32").languages == ()
    assert resolve(f"local-dir:{models / 'tiny'}").languages == ("en",)


def test_the_table_names_models_that_open_clip_has() -> None:
    from photofind.encoder.runtime import import_open_clip

    open_clip = import_open_clip()
    table = known_models()
    assert table[0].name == "builtin"
    assert len({model.name for model in table}) == len(table)
    for model in table[1:]:
        architecture, _, tag = model.name.partition(":")
        assert architecture in architectures()
        assert open_clip.is_pretrained_cfg(architecture, tag), model.name
        assert model.sentence.endswith(".")


def test_whether_a_model_is_here_is_seen_on_the_disk(
    models: Path,
    real_architecture: tuple[str, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    architecture, file = real_architecture
    assert is_here(resolve("builtin"))
    assert is_here(resolve(f"{architecture}:{file}"))
    for name in ("ViT-B-32:laion2b_s34b_b79k", "ViT-B-32", "ViT-B-32:no_such_tag"):
        assert not is_here(resolve(name))
    keep(tmp_path, "laion/CLIP-ViT-B-32-laion2B-s34B-b79K", "open_clip_model.safetensors")
    assert is_here(resolve("ViT-B-32:laion2b_s34b_b79k"))
    siglip = resolve("ViT-B-16-SigLIP-256:webli")
    keep(tmp_path, "timm/ViT-B-16-SigLIP-256", "open_clip_model.safetensors")
    assert not is_here(siglip)  # its vocabulary is apart
    keep(tmp_path, "timm/ViT-B-16-SigLIP", "tokenizer.json")
    assert is_here(siglip)


def keep(cache: Path, repository: str, name: str) -> None:
    """Put a file where huggingface_hub would keep a download."""
    folder = cache / f"models--{repository.replace('/', '--')}"
    snapshot = folder / "snapshots" / ("c" * 40)
    snapshot.mkdir(parents=True, exist_ok=True)
    (folder / "refs").mkdir(exist_ok=True)
    (folder / "refs" / "main").write_text("c" * 40)
    (snapshot / name).write_bytes(b"weights")
