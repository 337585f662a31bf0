"""What is set before torch is imported, seen in a process of its own."""

import subprocess
import sys

import pytest

FAULTS = """
import resource, threading
from photofind.encoder.runtime import start_torch

start_torch()
import torch

def results():
    for _ in range(40):
        torch.ones(12_000_000)  # 48 MB: the first layers' results

def faults_of(work):
    results()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    work()
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

def in_a_thread():
    thread = threading.Thread(target=results)
    thread.start()
    thread.join()

print(faults_of(results), faults_of(in_a_thread))
"""


GIVEN_BACK = """
import psutil
from photofind.encoder.runtime import give_back_memory, start_torch

start_torch()
import torch

results = [torch.ones(4_000_000) for _ in range(20)]
after = torch.ones(1)  # so that the freed memory is not the last
del results
held = psutil.Process().memory_info().rss
give_back_memory()
print(held, psutil.Process().memory_info().rss)
"""

glibc = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc's habit")


@glibc
def test_what_was_kept_is_given_back_when_there_is_nothing_to_do() -> None:
    done = subprocess.run(
        [sys.executable, "-c", GIVEN_BACK], capture_output=True, text=True, check=True, timeout=120
    )
    held, left = map(int, done.stdout.split())
    assert held - left > 15 * 16_000_000


@glibc
def test_freed_memory_is_used_again_and_not_asked_for_anew() -> None:
    """40 results are 470,000 pages; a few of them may be new."""
    done = subprocess.run(
        [sys.executable, "-c", FAULTS], capture_output=True, text=True, check=True, timeout=120
    )
    assert all(int(faults) < 150_000 for faults in done.stdout.split())


IDLE = """
import time
from photofind.encoder.runtime import start_torch

start_torch()
import torch

torch.ones(2000, 2000) @ torch.ones(2000, 2000)
before = time.process_time()
time.sleep(1)
print(time.process_time() - before)
"""


def test_threads_that_have_nothing_to_do_take_no_processor() -> None:
    """They may spin for microseconds, but an application that is open all day must be still."""
    done = subprocess.run(
        [sys.executable, "-c", IDLE], capture_output=True, text=True, check=True, timeout=120
    )
    assert float(done.stdout) < 0.2
