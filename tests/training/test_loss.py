"""The losses against numbers worked by hand and against open_clip's own."""

import math

import pytest
import torch
import torch.nn.functional as F  # noqa: N812

from photofind.training.loss import (
    HIGHEST_SCALE,
    LogitScale,
    contrastive,
    contrastive_many,
    distillation,
    following,
    nearness_of,
    symmetric_cross_entropy,
)

# Four photos (rows) and four sentences (columns), the pairs on the diagonal.
BY_HAND = torch.tensor(
    [[3.2, 0.5, 0.2, 0.8], [0.3, 2.8, 0.4, 0.6], [0.1, 0.7, 3.5, 0.3], [0.4, 0.2, 0.5, 2.9]]
)


def unit(rows: int, seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return F.normalize(torch.randn(rows, 16, generator=generator), dim=-1)


def test_the_example_worked_by_hand() -> None:
    """exp(3.2) / (exp(3.2) + exp(.5) + exp(.2) + exp(.8)) = 24.53 / 29.63 = 0.828."""
    assert BY_HAND.softmax(dim=1)[0, 0].item() == pytest.approx(0.828, abs=5e-4)
    first_row = F.cross_entropy(BY_HAND[:1], torch.tensor([0]))
    assert first_row.item() == pytest.approx(0.189, abs=5e-4)
    assert symmetric_cross_entropy(BY_HAND).item() == pytest.approx(0.1966, abs=5e-5)


def test_the_loss_is_open_clips() -> None:
    from open_clip.loss import ClipLoss

    photos, sentences, scale = unit(32, 1), unit(32, 2), torch.tensor(14.3)
    theirs = ClipLoss()(photos, sentences, scale)
    assert contrastive(photos, sentences, scale).item() == pytest.approx(theirs.item(), rel=1e-6)


def test_one_sentence_a_photo_is_the_plain_loss() -> None:
    photos, sentences, scale = unit(8, 1), unit(8, 2), torch.tensor(10.0)
    many = contrastive_many(photos, sentences[:, None], scale)
    assert many.item() == pytest.approx(contrastive(photos, sentences, scale).item(), rel=1e-6)


def test_several_sentences_are_right_answers_not_wrong_ones() -> None:
    photos, scale = unit(4, 1), torch.tensor(HIGHEST_SCALE)
    perfect = contrastive_many(photos, photos[:, None].expand(-1, 3, -1), scale)
    # A third of the probability for each of the three: the entropy that cannot be avoided.
    assert perfect.item() == pytest.approx(math.log(3) / 2, abs=1e-3)


def test_a_distractor_costs_the_photo_it_looks_like() -> None:
    photos, sentences, scale = unit(8, 1), unit(8, 2), torch.tensor(10.0)
    plain = contrastive_many(photos, sentences[:, None], scale)
    far = contrastive_many(photos, sentences[:, None], scale, distractors=-photos[:1])
    near = contrastive_many(photos, sentences[:, None], scale, distractors=photos[:1])
    assert plain < far < near


def test_no_two_sentences_near_each_other_is_the_plain_loss() -> None:
    photos, sentences, scale = unit(6, 1), unit(12, 2).view(6, 2, 16), torch.tensor(10.0)
    plain = contrastive_many(photos, sentences, scale)
    alone = contrastive_many(photos, sentences, scale, nearness=torch.eye(12))
    assert alone.item() == pytest.approx(plain.item(), rel=1e-6)


def test_whoever_says_the_same_shares_the_right_answer() -> None:
    """Two photos with one sentence: neither direction can do better than one half each."""
    sentences, scale = torch.eye(16)[[0, 0, 1]], torch.tensor(HIGHEST_SCALE)
    near = nearness_of(sentences, temperature=0.01)
    torch.testing.assert_close(
        near, torch.tensor([[0.5, 0.5, 0.0], [0.5, 0.5, 0.0], [0.0, 0.0, 1.0]])
    )
    shared = contrastive_many(sentences, sentences[:, None], scale, nearness=near)
    assert shared.item() == pytest.approx(2 * math.log(2) / 3, abs=1e-4)
    photos = torch.eye(16)[[0, 2, 1]]  # the second sees something else in the same words
    told_apart = contrastive_many(photos, sentences[:, None], scale, nearness=near)
    assert told_apart > shared


def test_nearness_is_a_share_of_each_sentence() -> None:
    near = nearness_of(unit(8, 4), temperature=0.07)
    torch.testing.assert_close(near.sum(dim=1), torch.ones(8))
    assert (near.argmax(dim=1) == torch.arange(8)).all()


def test_the_scale_starts_at_the_temperature_and_is_clamped() -> None:
    scale = LogitScale()
    assert scale().item() == pytest.approx(1 / 0.07, rel=1e-6)
    with torch.no_grad():
        scale.log.fill_(9.0)
    assert scale().item() == pytest.approx(HIGHEST_SCALE, rel=1e-6)


def test_following_and_distillation_are_nothing_at_the_teacher() -> None:
    teacher = unit(8, 3)
    assert following(2.5 * teacher, teacher).item() == pytest.approx(0.0, abs=1e-6)
    logits = 5 * teacher
    assert distillation(logits, logits).item() == pytest.approx(0.0, abs=1e-6)
    assert distillation(logits.flip(1), logits).item() > 0.1
