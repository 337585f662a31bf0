"""The training loop and the stages, on a run's folder in small."""

import math
from pathlib import Path

import pytest
import torch

from photofind.training import loop
from photofind.training.loop import Plan, rate_factor


def image_stage(run: Path, *, frozen: bool):  # type: ignore[no-untyped-def]
    import timm

    from photofind.training.backbone import ARCHITECTURE
    from photofind.training.image_stage import ImagePlan, ImageSide, ImageStage
    from photofind.training.model import Upper

    torch.manual_seed(0)
    network = timm.create_model(ARCHITECTURE, num_classes=1000).eval()
    side = ImageSide(Upper(network)).eval()
    plan = ImagePlan(
        captioned=64, labelled=8, frozen=frozen, upper_rate=1e-3, head_rate=3e-3,
        concept_weight=0.1, distill_weight=0.0, dropped=0.0, nearness=0.0,
    )  # fmt: skip
    return ImageStage(run, side, plan)


def quiet(_: object) -> None: ...


def test_the_rate_rises_then_falls_to_nearly_nothing() -> None:
    factors = [rate_factor(step, 100) for step in range(100)]
    assert factors[0] == pytest.approx(0.2)
    assert max(factors) == pytest.approx(1.0)
    assert factors.index(max(factors)) in (4, 5)
    assert factors[-1] < 0.03
    assert factors[5:] == sorted(factors[5:], reverse=True)


@pytest.mark.parametrize("frozen", [True, False])
def test_a_run_that_was_stopped_goes_on_as_if_it_had_not(
    small_run: Path, tmp_path: Path, frozen: bool
) -> None:
    plan = Plan(steps=4, average_over=3)
    whole = loop.train(image_stage(small_run, frozen=frozen), plan, tmp_path / "a", quiet)
    stage = image_stage(small_run, frozen=frozen)
    loop.train(stage, plan, tmp_path / "b", quiet, until=2)
    resumed = loop.train(image_stage(small_run, frozen=frozen), plan, tmp_path / "b", quiet)
    assert whole.keys() == resumed.keys()
    for name, value in whole.items():
        assert torch.equal(value, resumed[name]), name


def test_sixty_four_photos_are_learned_by_heart_within_a_minute(
    small_run: Path, tmp_path: Path
) -> None:
    stage = image_stage(small_run, frozen=True)
    reports: list[loop.Progress] = []
    loop.train(stage, Plan(steps=200), tmp_path / "checkpoint", reports.append)
    photos, sentences = photos_and_captions(stage, small_run)
    right = (photos @ sentences.T).argmax(dim=1) == torch.arange(64)
    assert right.float().mean() > 0.95
    assert reports[-1].step == 200
    assert reports[-1].seconds_left == 0
    assert "left 00:00:00" in str(reports[-1])
    assert reports[-1].measures["contrast"] < math.log(64) / 2


@torch.inference_mode()
def photos_and_captions(stage, run: Path):  # type: ignore[no-untyped-def]
    """What the trained side makes of the plain views, in the photos' order, and their captions."""
    import numpy as np

    from photofind.training.caches import MappedSet, Sentences, teacher_mean

    kept = MappedSet(run, "flickr8k")
    maps = torch.from_numpy(kept.views[0].maps.astype(np.float32)).permute(0, 3, 1, 2)
    photos = stage.module.photos(stage.module.upper(maps))
    sentences = Sentences(run, "cap_flickr8k", teacher_mean(run))
    rows = [sentences.texts.index(photo["captions"][0]) for photo in kept.photos]
    return photos, stage.module.sentences(torch.from_numpy(sentences.vectors[rows]))


def test_the_text_tower_comes_closer_to_the_teacher(small_run: Path, tmp_path: Path) -> None:
    from photofind.training.model import new_model
    from photofind.training.text_stage import TextPlan, TextStage

    stage = TextStage(small_run, new_model(), TextPlan(captions=24, short=24))
    before, _ = stage.loss(0)
    loop.train(stage, Plan(steps=12), tmp_path / "checkpoint", quiet)
    after, measures = stage.loss(0)
    assert after < before
    assert set(measures) == {"cosine_captions", "cosine_short"}


def test_both_towers_are_trained_and_the_teachers_map_is_not(
    small_run: Path, tmp_path: Path
) -> None:
    from photofind.training.joint_stage import JointPlan, JointStage
    from photofind.training.model import new_model

    image = image_stage(small_run, frozen=False).module
    plan = JointPlan(captioned=8, labelled=8, names=32, meaningless=4, anchors=8, written=4)
    stage = JointStage(small_run, image, new_model(), plan)
    before = {name: value.clone() for name, value in stage.module.state_dict().items()}
    loop.train(stage, Plan(steps=2), tmp_path / "checkpoint", quiet)
    changed = {
        name for name, value in stage.module.state_dict().items()
        if not torch.equal(value, before[name])
    }  # fmt: skip
    assert "image.projection.weight" in changed
    assert "text.token_embedding.weight" in changed
    assert "image.text_map.weight" not in changed
