"""What a decoder process may do with a file, one misfortune for each name; others are read well."""

import os
import signal
import sys
import time

import psutil

from photofind.images import child


def carry_out(work: child.AnyWork) -> child.AnyAnswer:
    """Instead of `child.carry_out`, in the child: the file's name says what happens."""
    path = getattr(work, "path", b"")
    name = os.path.basename(path).split(b".")[0].decode()
    if name.startswith("hang"):
        while True:
            time.sleep(0.05)
    if name.startswith("grip"):
        _hold_the_interpreter()
    if name.startswith("exit"):
        os._exit(3)
    if name.startswith("segfault"):
        os.kill(os.getpid(), signal.SIGSEGV)
    if name.startswith("once") and not os.path.exists(path + b".tried"):
        open(path + b".tried", "xb").close()
        os._exit(3)
    if name.startswith("greedy"):
        hoard = [bytearray(b"x" * 2**24) for _ in range(2**12)]
        return child.Broken(f"{len(hoard)} pieces of memory were to be had")
    if name.startswith("wrong"):
        raise RuntimeError("a mistake of ours")
    if name.startswith("noisy"):
        os.write(1, b"noise on standard output\n")
        os.write(2, b"noise on standard error\n")
        print("more noise", file=sys.stderr)
    if name.startswith("who"):
        return child.Hashed.of(b"", os.getpid(), psutil.Process().nice())
    if name.startswith("modules"):
        return child.Hashed.of(" ".join(sys.modules).encode(), 0, 0)
    return child.carry_out(work)


def _hold_the_interpreter() -> None:
    """A decoder in C that never returns and lets no other Python thread run."""
    import ctypes

    ctypes.PyDLL(None).pause()
