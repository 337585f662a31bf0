"""Recalls, ranks and zero-shot accuracy on vectors whose answer is plain to see."""

import numpy as np
import pytest

from photofind.training.measures import ranks, retrieval, zero_shot

PHOTOS = np.eye(4, dtype=np.float32)


def test_a_rank_is_one_for_the_best() -> None:
    queries = np.array([[1, 0, 0, 0], [0.9, 0.5, 0.1, 0], [0.9, 0.5, 0.1, 0]], np.float32)
    assert ranks(queries, PHOTOS, np.array([0, 0, 2])).tolist() == [1, 1, 3]


def test_a_model_that_always_says_the_same_is_last() -> None:
    same = np.ones((4, 4), np.float32)
    assert ranks(same, same, np.arange(4)).tolist() == [4, 4, 4, 4]


def test_recalls_and_the_median_rank() -> None:
    queries = np.array([[4, 3, 2, 1]] * 4, np.float32)
    measured = retrieval(queries, PHOTOS, np.arange(4))
    assert (measured.recall_1, measured.recall_5, measured.median_rank) == (0.25, 1.0, 2.5)
    assert "R@1 0.250" in str(measured)


def test_zero_shot_counts_the_first_and_the_first_five() -> None:
    labels = np.eye(8, dtype=np.float32)
    photos = np.array([[8, 7, 6, 5, 4, 3, 2, 1]] * 3, np.float32)
    measured = zero_shot(photos, labels, np.array([0, 4, 5]))
    assert measured.top_1 == pytest.approx(1 / 3)
    assert measured.top_5 == pytest.approx(2 / 3)
