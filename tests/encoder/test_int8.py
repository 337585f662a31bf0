"""In 8-bit integers a tower gives the vectors it gives in float32, or it is left alone."""

from typing import Any

import pytest
import torch

from photofind.encoder import int8
from photofind.encoder.devices import least_cosine
from photofind.encoder.int8 import BFloat16, Int8Linear, quantise
from photofind.encoder.runtime import import_open_clip

kernels = pytest.mark.skipif(
    not hasattr(torch.ops.onednn, "qlinear_pointwise"), reason="torch has no oneDNN here"
)
pytestmark = [
    kernels,
    pytest.mark.filterwarnings("ignore:torch.quantize_per_tensor:UserWarning"),
]


@pytest.fixture(autouse=True)
def faster(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also on a computer where integers are no faster, they must be right."""
    monkeypatch.setattr(int8, "is_faster", lambda: True)


def vision_transformer() -> Any:
    torch.manual_seed(0)
    model = import_open_clip().CLIP(
        embed_dim=64,
        vision_cfg={
            "image_size": 64,
            "layers": 4,
            "width": 256,
            "head_width": 64,
            "patch_size": 16,
        },
        text_cfg={"context_length": 8, "vocab_size": 10, "width": 32, "heads": 1, "layers": 1},
    )
    return model.visual.eval()


def pictures(seed: int) -> torch.Tensor:
    coarse = torch.randn(6, 3, 5, 5, generator=torch.Generator().manual_seed(seed))
    return torch.nn.functional.interpolate(coarse, size=(64, 64), mode="bicubic")


def layers_of(tower: Any, kind: type) -> list[Any]:
    return [layer for layer in tower.modules() if isinstance(layer, kind)]


def test_a_tower_in_integers_gives_nearly_the_same_vectors() -> None:
    tower = vision_transformer()
    with torch.inference_mode():
        wanted = tower(pictures(1))
        assert quantise(tower, lambda: tower(pictures(0))) is not None
        assert len(layers_of(tower, Int8Linear)) == 16
        assert not layers_of(tower, torch.nn.GELU)  # done by the kernel
        assert least_cosine(tower(pictures(1)), wanted) > 0.999


def test_channels_far_larger_than_the_others_are_smoothed() -> None:
    """As in trained transformers: a common scale would leave the other channels a few steps."""
    tower = vision_transformer()
    with torch.inference_mode():
        for block in tower.transformer.resblocks:
            block.ln_2.weight[:4] *= 60
            block.mlp.c_fc.weight[:, :4] /= 30
        wanted = tower(pictures(1))
        plain = Int8Linear(tower.transformer.resblocks[0].mlp.c_fc)
        layer, sample = tower.transformer.resblocks[0].mlp.c_fc, torch.randn(50, 256)
        sample[:, :4] *= 60
        assert float((plain(sample) - layer(sample)).norm() / layer(sample).norm()) > 0.02
        assert quantise(tower, lambda: tower(pictures(0))) is not None
        assert len(layers_of(tower, Int8Linear)) == 16
        assert least_cosine(tower(pictures(1)), wanted) > 0.999


def test_a_layer_that_is_not_exact_enough_stays_a_float() -> None:
    """What comes out is the small difference of large inputs: no factor helps."""
    tower = vision_transformer()
    with torch.inference_mode():
        block = tower.transformer.resblocks[1]
        block.mlp.c_fc.weight.copy_(torch.tensor([1.0, -1.0]).repeat(128) / 100)
        block.ln_2.bias += 300
        wanted = tower(pictures(1))
        assert quantise(tower, lambda: tower(pictures(0))) is not None
        stays = torch.nn.Linear if int8.reduced_floats() is torch.float32 else BFloat16
        assert type(block.mlp.c_fc) is stays
        assert isinstance(block.mlp.gelu, torch.nn.GELU)
        assert len(layers_of(tower, Int8Linear)) == 15
        assert least_cosine(tower(pictures(1)), wanted) > 0.99


def test_undone_the_tower_is_what_it_was() -> None:
    tower = vision_transformer()
    with torch.inference_mode():
        wanted = tower(pictures(1))
        exchange = quantise(tower, lambda: tower(pictures(0)))
        assert exchange is not None
        exchange.undo()
        assert torch.equal(tower(pictures(1)), wanted)


def test_a_tower_of_few_such_layers_is_left_alone() -> None:
    tower = torch.nn.Sequential(torch.nn.Linear(300, 300), torch.nn.GELU())
    assert quantise(tower, lambda: tower(torch.rand(2, 300))) is None
    assert isinstance(tower[0], torch.nn.Linear)


def test_what_is_no_number_stays_none() -> None:
    layer = Int8Linear(torch.nn.Linear(300, 300))
    broken = torch.rand(2, 3, 300)
    broken[1, 1, 1] = float("nan")
    with torch.inference_mode():
        assert layer(broken).shape == (2, 3, 300)
        assert layer(broken).isnan().all()


def test_large_numbers_are_added_up_without_overflow() -> None:
    """Where two products are added in 16 bits, 255 * 127 twice would not fit."""
    linear = torch.nn.Linear(300, 300, bias=False)
    sample = torch.ones(4, 300)
    with torch.inference_mode():
        linear.weight.fill_(1.0)
        layer = Int8Linear(linear)
        torch.testing.assert_close(layer(sample), linear(sample), rtol=1e-3, atol=0)


def test_floats_that_remain_are_reduced_where_that_is_faster(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(int8, "reduced_floats", lambda: torch.bfloat16)
    tower = vision_transformer()
    with torch.inference_mode():
        wanted = tower(pictures(1))
        assert quantise(tower, lambda: tower(pictures(0))) is not None
        assert isinstance(tower.conv1, BFloat16)
        assert least_cosine(tower(pictures(1)), wanted) > 0.999


@pytest.mark.parametrize("approximate", ["none", "tanh"])
def test_an_activation_computed_by_the_kernel_is_the_same(approximate: str) -> None:
    linear, gelu = torch.nn.Linear(300, 400), torch.nn.GELU(approximate)
    layer = Int8Linear(linear)
    layer.take_over(gelu)
    sample = torch.randn(20, 300)
    with torch.inference_mode():
        wanted = gelu(linear(sample))
        assert float((layer(sample) - wanted).norm() / wanted.norm()) < 0.02
