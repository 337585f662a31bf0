"""``python -m photofind.training``: train the built-in model, measure any model, export a run.

python -m photofind.training train DATA --run FOLDER --out MODEL
python -m photofind.training evaluate SET [SET ...] --model NAME
python -m photofind.training export DATA --run FOLDER --out MODEL
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from photofind.errors import PhotoFindError

if TYPE_CHECKING:
    from photofind.training.recipe import Run

LOG_NAME = "log.txt"


def main(words: Sequence[str]) -> int:
    """Carry out one command; returns the exit status."""
    chosen = _parser().parse_args(words)
    try:
        if chosen.command == "evaluate":
            _evaluate(chosen)
        else:
            run = _run(chosen)
            if chosen.command == "train":
                run.prepare()
            run.export(run.train(), chosen.out)
    except PhotoFindError as error:
        print(f"photofind.training: {error}", file=sys.stderr)
        return error.exit_status
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m photofind.training", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, what in (
        ("train", "make the weights from a data folder, or go on with a run"),
        ("export", "write the model of a run whose stages are finished"),
    ):
        command = commands.add_parser(name, help=what)
        command.add_argument("data", type=Path, help="folder with train/, text/ and eval/")
        command.add_argument("--run", type=Path, required=True, help="caches, checkpoints, log")
        command.add_argument("--out", type=Path, required=True, help="the model folder to write")
        command.add_argument(
            "--start", type=Path, metavar="MODEL", help="start at an earlier model's text tower"
        )
        command.add_argument("--seed", type=int, default=0)
        command.add_argument("--device", default="cpu", help="cpu (default) or cuda")
        command.add_argument("--threads", type=int, default=os.cpu_count(), help="on the cpu")
        command.add_argument(
            "--shorten", type=float, default=1.0, metavar="FACTOR", help="of the steps, for a trial"
        )
    command = commands.add_parser("evaluate", help="measure a model on captioned or labelled sets")
    command.add_argument("sets", type=Path, nargs="+", metavar="SET", help="tar file or folder")
    command.add_argument("--model", help="as photofind --model takes it; the built-in by default")
    command.add_argument("--device", default="auto")
    command.add_argument("--half", type=int, choices=(0, 1), help="every second photo only")
    command.add_argument("--json", action="store_true", help="one object a set")
    return parser


def _run(chosen: argparse.Namespace) -> Run:
    # Before torch is imported: it drops torchvision's operators where those do not fit.
    from photofind.encoder.runtime import import_timm, start_torch

    start_torch()
    import_timm()
    import torch

    from photofind.training.recipe import Recipe, Run

    torch.set_num_threads(chosen.threads)
    recipe = Recipe().seeded(chosen.seed)
    recipe = recipe.shortened(chosen.shorten)
    chosen.run.mkdir(parents=True, exist_ok=True)
    log = (chosen.run / LOG_NAME).open("a", encoding="utf-8")

    def report(line: str) -> None:
        stamped = f"{time.strftime('%H:%M:%S')} {line}"
        print(stamped, flush=True)
        print(stamped, file=log, flush=True)

    return Run(chosen.data, chosen.run, recipe, chosen.device, report, chosen.start)


def _evaluate(chosen: argparse.Namespace) -> None:
    from photofind.encoder import open_encoder
    from photofind.training.evaluation import evaluate
    from photofind.training.judged import read_set

    sets = [read_set(path, half=chosen.half) for path in chosen.sets]
    encoder = open_encoder(chosen.model, chosen.device)
    for judged in sets:
        figures = evaluate(encoder, judged, lambda line: print(line, file=sys.stderr))
        if chosen.json:
            print(json.dumps({"set": str(judged.path), **figures.fields()}))
        else:
            print(f"{judged.path.name} ({len(judged.names)} photos), {encoder.name}")
            print("\n".join(f"  {line}" for line in figures.lines()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
