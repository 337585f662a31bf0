"""Brings the window's translations up to date: `python -m tests.gui.translations`.

`pyside6-lupdate` collects the words of the sources into `resources/translations/*.ts`, where they
are translated (Qt Linguist edits them, or any editor); `pyside6-lrelease` compiles these to the
`.qm` files that the window loads. Both are committed. English has a file for its plurals alone.
"""

import subprocess
import sys
from pathlib import Path

import PySide6

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "resources" / "translations"
SOURCES = ROOT / "photofind" / "gui"
PLURALS_ONLY = {"en": True, "ko": False}


def _tool(name: str, *arguments: str | Path) -> None:
    program = Path(sys.executable).with_name(f"pyside6-{name}")
    subprocess.run([program, *arguments], check=True, capture_output=True, cwd=ROOT)


def collect(folder: Path, language: str) -> Path:
    """Bring one `.ts` file in a folder up to date with the sources."""
    file = folder / f"photofind_{language}.ts"
    _tool(
        "lupdate",
        "-no-obsolete",
        *("-locations", "none"),
        *("-source-language", "en"),
        *("-target-language", language),
        *(["-pluralonly"] if PLURALS_ONLY[language] else []),
        *sorted(SOURCES.glob("*.py")),
        *("-ts", file),
    )
    return file


def compile_(file: Path, target: Path) -> None:
    """A `.ts` file as the `.qm` file that Qt loads."""
    _tool("lrelease", file, "-qm", target)


if __name__ == "__main__":
    print(f"PySide6 {PySide6.__version__}")
    for language in PLURALS_ONLY:
        collected = collect(FOLDER, language)
        compile_(collected, collected.with_suffix(".qm"))
        print(collected, collected.read_text(encoding="utf-8").count('type="unfinished"'), "to do")
