"""The smoke test of a built program: does it start, find its parts, index photos and find them?

    python packaging/smoke.py PROGRAM

Standard library only, so that it runs beside any build. Exit status 0 if all is well.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path


def ask(program: str, library: str, *words: str) -> dict[str, object]:
    """One command with --json; its object."""
    done = subprocess.run(
        [program, *words, "--library", library, "--json"],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{' '.join(words)}: exit status {done.returncode}: {done.stderr.strip()}")
    answer = json.loads(done.stdout)
    assert isinstance(answer, dict)
    return answer


def main() -> None:
    program = str(Path(sys.argv[1]).resolve())
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    print(said.stdout.strip())
    with tempfile.TemporaryDirectory() as folder:
        library, photos = f"{folder}/library", Path(folder, "photos")
        photos.mkdir()
        # The smallest photo there is: a PPM needs no encoder to be written.
        for number, colour in enumerate((b"\xff\0\0", b"\0\xff\0", b"\0\0\xff")):
            (photos / f"{number}.ppm").write_bytes(b"P6 64 64 255\n" + colour * 64 * 64)
        told = ask(program, library, "doctor")
        print(f"doctor: {'well' if told['ok'] else told}")
        done = ask(program, library, "index", str(photos))
        found = ask(program, library, "search", "something red", "--top", "3")
        results = found["results"]
        assert isinstance(results, list)
        if done["indexed"] != 3 or len(results) != 3:
            sys.exit(f"indexed {done['indexed']}, found {len(results)} of 3 photos")
    print("3 photos indexed and found")


if __name__ == "__main__":
    main()
