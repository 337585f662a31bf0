"""A text tower with packed weights gives the same vectors, or it is left as it was."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from photofind.encoder import packed
from photofind.encoder.devices import least_cosine, precisions
from photofind.encoder.encoder import Encoder, open_encoder
from photofind.encoder.packed import PackedLinear, pack
from photofind.encoder.runtime import import_open_clip

WIDTH, TOKENS = 128, 12

kernels = pytest.mark.skipif(
    not hasattr(torch.ops.mkldnn, "_linear_pointwise"), reason="torch has no oneDNN here"
)


@pytest.fixture
def faster(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also on a computer where packed weights are no faster, they must be right."""
    seconds = iter((2.0, 1.0))
    monkeypatch.setattr(packed, "least_seconds", lambda _: next(seconds))


def text_tower(**how: Any) -> Any:
    torch.manual_seed(0)
    tower = import_open_clip().transformer.TextTransformer(
        context_length=TOKENS, vocab_size=50, width=WIDTH, heads=2, layers=3, output_dim=64, **how
    )
    return tower.eval()


def sentences(seed: int, rows: int) -> torch.Tensor:
    return torch.randint(49, (rows, TOKENS), generator=torch.Generator().manual_seed(seed))


def run(tower: Any, tokens: torch.Tensor) -> Callable[[], torch.Tensor]:
    return lambda: tower(tokens)


def packed_layers(tower: Any) -> list[Any]:
    return [layer for layer in tower.modules() if isinstance(layer, PackedLinear)]


@kernels
@pytest.mark.usefixtures("faster")
@pytest.mark.parametrize("how", [{}, {"no_causal_mask": True, "proj_bias": True}])
def test_packed_weights_give_the_same_vectors_for_any_number_of_sentences(
    how: dict[str, Any],
) -> None:
    tower = text_tower(**how)
    with torch.inference_mode():
        wanted = {rows: tower(sentences(rows, rows)) for rows in (1, 3, 40)}
        assert pack(tower, run(tower, sentences(0, 2)))
        assert len(packed_layers(tower)) == 3 * 4  # of a block: into attention, out of it, two more
        assert not any(isinstance(layer, torch.nn.GELU) for layer in tower.modules())
        for rows, vectors in wanted.items():
            assert torch.allclose(tower(sentences(rows, rows)), vectors, atol=1e-4)


@kernels
@pytest.mark.parametrize("trouble", ["slower", "other vectors", "no kernel"])
def test_a_tower_is_left_as_it_was(trouble: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tower = text_tower()
    before = [*tower.modules()]
    seconds = iter((1.0, 2.0) if trouble == "slower" else (2.0, 1.0))
    monkeypatch.setattr(packed, "least_seconds", lambda _: next(seconds))
    if trouble == "other vectors":
        right = PackedLinear.forward
        monkeypatch.setattr(PackedLinear, "forward", lambda self, x: right(self, x).roll(1, -1))
    if trouble == "no kernel":

        def missing(*_: object) -> None:
            raise RuntimeError("could not create a primitive")

        monkeypatch.setattr(PackedLinear, "forward", missing)
    with torch.inference_mode():
        wanted = tower(sentences(1, 2))
        assert not pack(tower, run(tower, sentences(0, 2)))
        assert [*tower.modules()] == before
        assert torch.equal(tower(sentences(1, 2)), wanted)


@kernels
@pytest.mark.usefixtures("faster")
def test_an_encoder_that_settled_gives_the_same_vectors(
    real_architecture: tuple[str, Path],
) -> None:
    name, file = real_architecture
    encoder: Encoder = open_encoder(f"{name}:{file}", "cpu")
    asked = ["a dog", "two people at a table in the evening, seen from above"]
    before = torch.from_numpy(encoder.encode_texts(asked))
    encoder._text.settle()
    if precisions("cpu") == [torch.float32]:
        assert packed_layers(encoder._text._tower)
    assert least_cosine(torch.from_numpy(encoder.encode_texts(asked)), before) > 0.999
