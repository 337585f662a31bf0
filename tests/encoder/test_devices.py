"""A device or a precision is used when it computes what the CPU computes in float32."""

import logging
from pathlib import Path
from typing import Any

import pytest
import torch

from photofind.encoder import devices, open_encoder
from photofind.encoder.convolutions import fold_batch_norms, late_layers
from photofind.encoder.devices import choose_device, place
from photofind.encoder.encoder import TEXTS_AT_ONCE
from photofind.errors import DeviceError, ModelError

without_cuda = pytest.mark.skipif(
    torch.cuda.is_available(), reason="asks for a card that is not there"
)


class Tower(torch.nn.Module):
    """A layer that, in some precisions, gives finite and wrong vectors, or none."""

    def __init__(self, *, wrong: tuple[torch.dtype, ...] = (), fails: bool = False) -> None:
        super().__init__()
        self.layer = torch.nn.Linear(8, 8)
        self.register_buffer("table", torch.rand(8) / 3, persistent=False)
        self.wrong, self.fails = wrong, fails

    def forward(self, sample: torch.Tensor) -> torch.Tensor:
        dtype = self.layer.weight.dtype
        if dtype in self.wrong:
            if self.fails:
                raise RuntimeError("no kernel image is available for execution on the device")
            sample = sample.flip(-1)
        return (self.layer(sample.to(dtype)) + self.table).float()


def placed(tower: Tower) -> torch.dtype:
    sample = torch.rand(3, 8)
    with torch.inference_mode():
        place(tower, "cpu", sample, tower(sample), tower)
    return tower.layer.weight.dtype


@pytest.fixture
def both(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "precisions", lambda _: [torch.bfloat16, torch.float32])


@pytest.mark.usefixtures("both")
def test_a_reduced_precision_that_agrees_is_used() -> None:
    assert placed(Tower()) == torch.bfloat16


@pytest.mark.usefixtures("both")
@pytest.mark.parametrize("fails", [False, True])
def test_a_reduced_precision_that_is_wrong_is_given_up_for_the_very_same_weights(
    fails: bool, caplog: pytest.LogCaptureFixture
) -> None:
    tower = Tower(wrong=(torch.bfloat16,), fails=fails)
    weights = tower.layer.weight.detach().clone()
    table = tower.table.clone()
    with caplog.at_level(logging.INFO):
        assert placed(tower) == torch.float32
    assert torch.equal(tower.layer.weight, weights)
    assert torch.equal(tower.table, table)
    assert "not used" in caplog.text


@pytest.mark.usefixtures("both")
def test_a_device_that_is_always_wrong_is_refused() -> None:
    tower = Tower()
    sample = torch.rand(3, 8)
    with torch.inference_mode(), pytest.raises(DeviceError, match="--device cpu"):
        place(tower, "cpu", sample, torch.rand(3, 8) - 0.5, tower)


@pytest.mark.usefixtures("both")
@pytest.mark.parametrize("name", ["tiny", "sigmoid"])
@pytest.mark.parametrize("occasion", ["photos", "many sentences"])
def test_sentences_are_first_encoded_in_float32_and_faster_once_there_are_many(
    models: Path, name: str, occasion: str
) -> None:
    encoder = open_encoder(f"local-dir:{models / name}", "cpu")
    first = encoder._text._tower
    assert {weight.dtype for weight in first.parameters()} == {torch.float32}
    before = encoder.encode_texts(["a dog"])
    if occasion == "photos":
        encoder.load_images()
    else:
        encoder.encode_texts(["a dog"] * (TEXTS_AT_ONCE + 1))
    settled = encoder._text._tower
    assert torch.bfloat16 in {weight.dtype for weight in settled.parameters()}
    assert {weight.dtype for weight in first.parameters()} == {torch.float32}  # who was using it
    assert (encoder.encode_texts(["a dog"]) @ before.T).item() > 0.999
    encoder.load_images()
    assert encoder._text._tower is settled


def test_weights_without_numbers_are_found_before_they_are_used() -> None:
    tower = Tower()
    with torch.inference_mode(), pytest.raises(ModelError):
        place(tower, "cpu", torch.rand(1, 8), torch.tensor([[float("inf")]]), tower)


def test_an_unknown_device_is_answered_with_those_there_are() -> None:
    with pytest.raises(DeviceError, match="auto, cpu, cuda, mps"):
        choose_device("tpu")


@without_cuda
def test_a_graphics_card_that_is_not_there_is_an_error_only_when_asked_for(models: Path) -> None:
    with pytest.raises(DeviceError, match="no CUDA graphics card"):
        open_encoder(f"local-dir:{models / 'tiny'}", "cuda")
    assert choose_device("auto") in ("cpu", "mps")


@without_cuda
def test_a_graphics_card_that_does_not_compute_is_passed_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The driver says it is there, the first kernel fails."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    with pytest.raises(DeviceError, match="does not compute"):
        choose_device("cuda")
    assert choose_device("auto") in ("cpu", "mps")


def test_batch_norms_are_folded_and_change_nothing() -> None:
    torch.manual_seed(0)
    tower = torch.nn.Sequential(
        torch.nn.Conv2d(3, 8, 3),
        torch.nn.BatchNorm2d(8),
        torch.nn.ReLU(),
        torch.nn.Conv2d(8, 4, 3, bias=False),
        torch.nn.BatchNorm2d(4),
    ).eval()
    tower[1].running_mean.uniform_(-1, 1)
    tower[4].running_var.uniform_(0.5, 2)
    picture = torch.rand(2, 3, 16, 16)
    with torch.inference_mode():
        before = tower(picture)
        replaced = fold_batch_norms(tower)
        assert torch.allclose(tower(picture), before, atol=1e-5)
    assert len(replaced) == 4
    assert not any(isinstance(layer, torch.nn.BatchNorm2d) for layer in tower.modules())


@pytest.mark.usefixtures("both")
def test_where_half_precision_is_not_enough_late_layers_stay_in_float32() -> None:
    torch.manual_seed(0)
    tower = torch.nn.Sequential(
        torch.nn.Conv2d(3, 8, 3, padding=1),
        torch.nn.ReLU(),
        torch.nn.Conv2d(8, 8, 1),
        torch.nn.AdaptiveAvgPool2d(1),
        torch.nn.Flatten(),
        torch.nn.Linear(8, 6),
    ).eval()
    # A large common part cancels in the last layer: rounded to 8 bits, little of the rest is left.
    tower[2].bias.data += 300
    tower[5].bias.data = -tower[5].weight.data.sum(1) * 300
    late = late_layers(tower)
    picture = torch.rand(4, 3, 16, 16)

    def forward(sample: torch.Tensor) -> torch.Tensor:
        out: torch.Tensor = tower(sample)
        return out.float()

    with torch.inference_mode():
        reference = forward(picture)
        place(tower, "cpu", picture, reference, forward, late)
        assert torch.nn.functional.cosine_similarity(forward(picture), reference).min() > 0.999
    assert [tower[place].weight.dtype for place in (0, 2, 5)] == [
        torch.bfloat16,
        torch.float32,
        torch.float32,
    ]


def test_a_network_that_is_not_built_as_it_looks_keeps_its_batch_norms(models: Path) -> None:
    from photofind.encoder.towers import ImageTower
    from photofind.images import Preprocessing

    class NormFirst(torch.nn.Module):
        """Registers the convolution first and computes it last."""

        def __init__(self) -> None:
            super().__init__()
            self.convolution = torch.nn.Conv2d(3, 3, 3)
            self.norm = torch.nn.BatchNorm2d(3)
            torch.nn.init.uniform_(self.norm.running_mean, -2, 2)

        def forward(self, picture: torch.Tensor) -> torch.Tensor:
            convolved: torch.Tensor = self.convolution(self.norm(picture))
            return convolved.mean(dim=(2, 3))

    network: Any = NormFirst().eval()
    preprocessing = Preprocessing(32, "shortest", "bicubic", (0.5, 0.4, 0.3), (0.2, 0.3, 0.2))
    ImageTower(network, preprocessing, "cpu")
    assert isinstance(network.norm, torch.nn.BatchNorm2d)
