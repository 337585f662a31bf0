"""The training loop: schedule, checkpoint, average of weights, progress with the time left.

What a stage is to the loop: a module, groups of its parameters each with a rate, and a loss that
depends on the step's number alone. So a run that was stopped goes on as if it had not been: step
n draws the same photos, whoever computes it. Runs on the device on which the module lies.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor, nn

REPORT_SECONDS = 15.0
SAVE_SECONDS = 120.0
BETAS = (0.9, 0.98)
WARM = 0.05  # of the steps, rising from nothing
LAST_RATE = 0.02  # of the highest rate


@dataclass(frozen=True, slots=True)
class Group:
    """Parameters that share a rate; biases, norms and scales decay not at all."""

    parameters: tuple[nn.Parameter, ...]
    rate: float
    decay: float = 0.0


class Stage(Protocol):
    """What the loop trains."""

    @property
    def module(self) -> nn.Module: ...

    def groups(self) -> Iterable[Group]: ...

    def loss(self, step: int) -> tuple[Tensor, dict[str, float]]:
        """The loss of this step's batch, and what is worth reporting of it."""
        ...


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how smoothly a stage is trained."""

    steps: int
    average_over: int = 200  # steps; the kept weights are an exponential average over about as many
    clip: float = 1.0  # norm of the gradient


@dataclass(frozen=True, slots=True)
class Progress:
    """A line of the log."""

    step: int
    steps: int
    loss: float  # mean since the last report
    seconds_left: float
    measures: dict[str, float]

    def __str__(self) -> str:
        named = " ".join(f"{name} {value:.4g}" for name, value in self.measures.items())
        left = time.strftime("%H:%M:%S", time.gmtime(self.seconds_left))
        return f"step {self.step}/{self.steps} loss {self.loss:.4f} {named} left {left}"


def rate_factor(step: int, steps: int) -> float:
    """Of the highest rate: a straight rise, then half a cosine down to :data:`LAST_RATE`."""
    warm = max(1, round(steps * WARM))
    if step < warm:
        return (step + 1) / warm
    done = (step - warm) / max(1, steps - warm)
    return LAST_RATE + (1 - LAST_RATE) * (1 + math.cos(math.pi * done)) / 2


class WeightAverage:
    """The exponential average of a module's floating-point state: steadier than the last step's."""

    def __init__(self, module: nn.Module, over: int) -> None:
        self._over = over
        self.state = {name: value.detach().clone() for name, value in module.state_dict().items()}

    @torch.no_grad()
    def update(self, module: nn.Module, step: int) -> None:
        """Take in the weights after ``step``; the first steps count for more."""
        keep = min(1 - 1 / self._over, (1 + step) / (10 + step))
        for name, value in module.state_dict().items():
            if value.is_floating_point():
                self.state[name].lerp_(value, 1 - keep)
            else:
                self.state[name].copy_(value)


def train(
    stage: Stage,
    plan: Plan,
    checkpoint: Path,
    report: Callable[[Progress], None],
    *,
    until: int | None = None,
) -> dict[str, Tensor]:
    """Train to the end (or stop early after step ``until``); returns the averaged weights.

    Goes on from ``checkpoint`` when there is one and keeps it up to date.
    """
    groups = [group for group in stage.groups() if group.parameters]
    rates = [group.rate for group in groups]
    optimizer = torch.optim.AdamW(
        [{"params": g.parameters, "lr": g.rate, "weight_decay": g.decay} for g in groups],
        betas=BETAS,
        fused=True,
    )
    trained = [parameter for group in groups for parameter in group.parameters]
    average = WeightAverage(stage.module, plan.average_over)
    first = 0
    if checkpoint.exists():
        kept = torch.load(checkpoint, weights_only=True)
        stage.module.load_state_dict(kept["module"])
        optimizer.load_state_dict(kept["optimizer"])
        average.state = kept["average"]
        first = kept["step"]

    def save(step: int) -> None:
        part = checkpoint.with_suffix(".part")
        torch.save(
            {
                "module": stage.module.state_dict(),
                "optimizer": optimizer.state_dict(),
                "average": average.state,
                "step": step,
            },
            part,
        )
        os.replace(part, checkpoint)

    begun = reported = saved = time.monotonic()
    losses: list[float] = []
    last = plan.steps if until is None else min(until, plan.steps)
    for step in range(first, last):
        factor = rate_factor(step, plan.steps)
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = rate * factor
        torch.manual_seed(step)
        loss, measures = stage.loss(step)
        optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(trained, plan.clip)
        optimizer.step()
        average.update(stage.module, step)
        losses.append(float(loss.detach()))
        now = time.monotonic()
        if now - reported > REPORT_SECONDS or step + 1 == last:
            left = (now - begun) / (step + 1 - first) * (plan.steps - step - 1)
            report(Progress(step + 1, plan.steps, sum(losses) / len(losses), left, measures))
            losses.clear()
            reported = now
        if now - saved > SAVE_SECONDS:
            save(step + 1)
            saved = now
    save(last)
    return average.state
