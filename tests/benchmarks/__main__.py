"""Every benchmark in one run, and one table of what was found.

    python -m tests.benchmarks [--only NAME[,NAME]] [--rclip RCLIP]

latency and fidelity give figures with goals; catalog_million, decoding, encoder, grid and peer run
as programs of their own, and print what they found. peer needs --rclip, the executable of rclip
3.3.0 in an environment of its own.
"""

import argparse
import re
import subprocess
import sys
from collections.abc import Iterator

from tests.benchmarks import fidelity, latency
from tests.benchmarks.figures import Figure, show

PROGRAMS = ("encoder", "decoding", "grid", "catalog_million")
NAMES = ("latency", "fidelity", "peer", *PROGRAMS)
PEER_SIZES = {"500x375": 240, "12mp": 60}  # photos of each
PEER_GOAL = 3.0  # times rclip's rate


def program(name: str, *words: str) -> str:
    """Run another benchmark; what it printed is shown at once and returned."""
    print(f"\n== {name} {' '.join(words)}", flush=True)
    command = [sys.executable, "-m", f"tests.benchmarks.{name}", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        lines = []
        for line in running.stdout:
            print(line, end="", flush=True)
            lines.append(line)
    if running.returncode:
        sys.exit(f"{name} failed with exit status {running.returncode}")
    return "".join(lines)


def peer(rclip: str) -> Iterator[Figure]:
    """The ratio of PhotoFind's index rate to rclip's, at each size of photo."""
    for size, count in PEER_SIZES.items():
        told = program("peer", "--rclip", rclip, "--size", size, "--photos", str(count))
        for who, rate in re.findall(r"^(\w+) +photos a second:.*median ([\d.]+)$", told, re.M):
            yield Figure(f"index rate, {size}, {who}", float(rate), "photos/s")
        ratio = re.search(r"^ratio.*: ([\d.]+)$", told, re.M)
        if ratio is not None:
            yield Figure(
                f"index rate, {size}, times rclip's", float(ratio[1]), "x", PEER_GOAL, True
            )


def main() -> None:
    words = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    words.add_argument("--only", default=",".join(NAMES), help=f"of {', '.join(NAMES)}")
    words.add_argument("--rclip", help="the executable to compare with")
    chosen = words.parse_args()
    names = chosen.only.split(",")
    if unknown := set(names) - set(NAMES):
        words.error(f"there is no benchmark {', '.join(sorted(unknown))}")
    found: list[Figure] = []
    for name in names:
        if name == "latency":
            found += latency.measure()
        elif name == "fidelity":
            found += fidelity.measure()
        elif name in PROGRAMS:
            program(name)
        elif chosen.rclip:
            found += peer(chosen.rclip)
        else:
            print("peer is left out: --rclip was not given", file=sys.stderr)
    print()
    show(found)


if __name__ == "__main__":
    main()
