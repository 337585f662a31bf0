"""From a data folder to the shipped weights: the stages in their order, each resumable.

A second generation starts at the first one's text tower: that takes the sentence teacher's place,
and the stage that makes a text tower falls away. Only the image side is made anew, in minutes, and
the time goes into training both together.

The run's folder keeps what is computed once (see :mod:`photofind.training.caches`), a checkpoint
and the finished weights of each stage, and the log. A stage whose weights are there is skipped,
so the same command goes on after an interruption.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import open_clip
import torch
from torch import Tensor

from photofind.training import loop
from photofind.training.backbone import load_backbone
from photofind.training.caches import keep_mean
from photofind.training.earlier import earlier_text, read_text
from photofind.training.export import export, put_map_behind
from photofind.training.image_stage import ImagePlan, ImageSide, ImageStage
from photofind.training.joint_stage import JointPlan, JointStage
from photofind.training.maps import Mapper
from photofind.training.model import DIMENSION, Upper, new_model
from photofind.training.photos import judged_fingerprints, keep_pages, keep_set
from photofind.training.selection import LABELLED, Selection, keep_selection
from photofind.training.sentences import Encode, keep_sentences, sentences_kept
from photofind.training.teacher import Teacher
from photofind.training.text_stage import TextPlan, TextStage, text_modules

State = dict[str, Tensor]

# How many photos of each set are mapped in each view: what two cores manage in half an hour.
VIEWS: dict[str, tuple[int | None, ...]] = {
    "flickr8k": (None,) * 6,
    "coco_captioned": (None,) * 4,
    "coco_more": (None,) * 4,
    "coco_sample": (None,) * 4,
    "web_sample": (None,) * 4,
    "coco_small": (None,),
    "coco_objects": (None,) * 3,
    "flowers_captioned": (None,),
    "fruits_vegetables": (None,),
    "weather": (None,),
    "pages": (None,),
    "flowers": (1_200,),
    "scenes": (3_000,),
    "clothing": (1_500,),
    "cats_dogs": (1_000,),
    "imagenette": (2_000,),
    "food": (3_000,),
    "caltech": (6_000,),
    "groceries": (2_000,),
    "rooms": (1_000,),
    "places_grey": (1_000,),
    "pacs": (2_000,),
    "sports": (3_000,),
    "places": (8_000,),
    "beaches": (1_000,),
    "mini": (10_000,),
    "tiny": (10_000,),
}


@dataclass(frozen=True, slots=True)
class Steps:
    """How long each stage is trained."""

    head: int = 450
    upper: int = 450
    text: int = 600
    joint: int = 1200
    calm: int = 220

    def shortened(self, factor: float) -> Steps:
        """As many times as many."""
        counts = (self.head, self.upper, self.text, self.joint, self.calm)
        return Steps(*(max(2, round(count * factor)) for count in counts))


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides what comes out, but for the data."""

    steps: Steps = field(default_factory=Steps)
    head: ImagePlan = field(
        default_factory=lambda: ImagePlan(frozen=True, captioned=512, labelled=512)
    )
    upper: ImagePlan = field(default_factory=ImagePlan)
    text: TextPlan = field(default_factory=TextPlan)
    joint: JointPlan = field(default_factory=JointPlan)
    calm: JointPlan = field(
        default_factory=lambda: JointPlan(
            captioned=96, labelled=64, names=112, written=48, written_weight=10.0,
            upper_rate=8e-5, head_rate=1.5e-4, text_rate=4e-5, draws=2,
        )
    )  # fmt: skip

    def shortened(self, factor: float) -> Recipe:
        """The same with fewer steps, for a trial."""
        return replace(self, steps=self.steps.shortened(factor))

    def seeded(self, seed: int) -> Recipe:
        """The same with another seed."""
        return replace(
            self,
            head=replace(self.head, seed=seed),
            upper=replace(self.upper, seed=seed),
            text=replace(self.text, seed=seed),
            joint=replace(self.joint, seed=seed),
            calm=replace(self.calm, seed=seed),
        )


class Run:
    """One training run in its folder."""

    def __init__(
        self,
        data: Path,
        folder: Path,
        recipe: Recipe,
        device: str,
        report: Callable[[str], None],
        start: Path | None = None,
    ) -> None:
        """``start``: the folder of an earlier model, whose text tower is where this one starts."""
        self._data, self._folder, self._recipe = data, folder, recipe
        self._device = torch.device(device)
        self._say = report
        self._start = start
        (folder / "stages").mkdir(parents=True, exist_ok=True)

    def prepare(self) -> None:
        """Photos to pixels, sentences to the teacher's vectors, pixels to maps."""
        self._keep_photos()
        if not (self._folder / "text" / f"{LABELLED}.npy").exists():
            teacher = self._teacher()
            if not sentences_kept(self._folder):
                keep_sentences(self._data, self._folder, teacher, self._say)
            keep_selection(self._data / "eval", self._folder, teacher)
        mapper = self._mapper()
        for name, limits in VIEWS.items():
            if (self._folder / "px" / f"{name}.npy").exists():
                for view, limit in enumerate(limits):
                    mapper.keep(name, view, limit, self._say)

    def train(self) -> open_clip.CLIP:
        """All stages; returns the finished model in evaluation mode, on the CPU."""
        recipe, steps = self._recipe, self._recipe.steps
        selection = Selection(self._folder, self._mapper())
        side = self._new_side()
        for name, count, plan in (
            ("head", steps.head, recipe.head),
            ("upper", steps.upper, recipe.upper),
        ):
            stage = ImageStage(self._folder, side, plan)
            side.load_state_dict(self._stage(name, count, stage))
            self._tell(name, selection, side)
        model = self._text_tower()
        put_map_behind(model, side.text_map.weight)
        self._tell("text", selection, side, model)
        joint = JointStage(self._folder, side, model, recipe.joint)
        joint.module.load_state_dict(self._stage("joint", steps.joint, joint))
        self._tell("joint", selection, side, model)
        calm = JointStage(self._folder, side, model, recipe.calm)
        calm.module.load_state_dict(self._stage("calm", steps.calm, calm))
        self._tell("calm", selection, side, model)
        return assemble(load_backbone(), side, model)

    def export(self, model: open_clip.CLIP, folder: Path) -> None:
        """Write the model folder."""
        weights = export(model, folder)
        self._say(f"{weights}: {weights.stat().st_size / 1e6:.1f} MB")

    def _keep_photos(self) -> None:
        """Decode every set that is not there yet."""
        judged = None
        for tar in sorted((self._data / "train").glob("*.tar")):
            if not (self._folder / "px" / f"{tar.stem}.json").exists():
                if judged is None:
                    judged = judged_fingerprints(self._data / "eval", self._data / "photos")
                kept, doubles = keep_set(tar, self._folder, judged)
                self._say(f"{tar.stem}: {kept} photos, {doubles} doubles of judged ones left out")
        if not (self._folder / "px" / "pages.json").exists():
            self._say(f"pages: {keep_pages(self._folder)} drawn")

    def _teacher(self) -> Encode:
        if self._start is None:
            return Teacher(self._device.type)
        keep_mean(self._folder, np.zeros(DIMENSION, np.float32))
        return earlier_text(self._start, self._device)

    def _text_tower(self) -> open_clip.CLIP:
        """A model whose text tower follows the teacher's vectors, or is the teacher."""
        if self._start is not None:
            return read_text(self._start).to(self._device)
        plan = self._recipe.text
        model = new_model(plan.seed).to(self._device)
        stage = TextStage(self._folder, model, plan)
        text_modules(model).load_state_dict(self._stage("text", self._recipe.steps.text, stage))
        return model

    def _mapper(self) -> Mapper:
        return Mapper(self._folder, load_backbone(), self._device)

    def _tell(
        self, name: str, selection: Selection, side: ImageSide, model: open_clip.CLIP | None = None
    ) -> None:
        """What the stage gave, on the sets that stages are compared on."""
        for measured in selection.measure(side, model):
            self._say(f"after {name}: {measured}")

    def _new_side(self) -> ImageSide:
        torch.manual_seed(self._recipe.head.seed)
        network = load_backbone()
        side = ImageSide(Upper(network)).eval()
        # Twice as fast on processors with convolutions as narrow as these.
        torch.nn.Module.to(side.upper, memory_format=torch.channels_last)  # type: ignore[call-overload]
        return side.to(self._device)

    def _stage(self, name: str, steps: int, stage: loop.Stage) -> State:
        finished = self._folder / "stages" / f"{name}.pt"
        if finished.exists():
            kept: State = torch.load(finished, weights_only=True, map_location=self._device)
            return kept
        begun = time.monotonic()
        self._say(f"{name}: {steps} steps")
        state = loop.train(
            stage,
            loop.Plan(steps),
            self._folder / "stages" / f"{name}.checkpoint",
            lambda progress: self._say(f"{name} {progress}"),
        )
        torch.save(state, finished)
        self._say(f"{name}: done in {(time.monotonic() - begun) / 60:.0f} minutes")
        return state


def assemble(network: object, side: ImageSide, model: open_clip.CLIP) -> open_clip.CLIP:
    """The trained parts in one open_clip model: image tower, projection, text tower, scale.

    ``network`` is the untrained backbone, whose lower part was kept as it is.
    """
    Upper(network).load_state_dict(side.upper.state_dict())
    trunk = network.state_dict()  # type: ignore[attr-defined]
    whole = new_model()
    state = whole.state_dict()
    for name, value in trunk.items():
        if not name.startswith("classifier."):
            state[f"visual.trunk.{name}"] = value
    state["visual.head.proj.weight"] = side.projection.weight.detach()
    state |= text_modules(model).state_dict()
    state["logit_scale"] = side.scale().detach().log()
    whole.load_state_dict({name: value.cpu() for name, value in state.items()})
    return whole.eval()
