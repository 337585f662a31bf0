"""Thumbnails are painted pixel for pixel at every scale of the screen: nothing is blurred twice."""

import os
import subprocess
import sys

import pytest

PROGRAM = """
import hashlib, sys
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from photofind.gui.canvas import PhotoCanvas
from photofind.gui.orders import HitOrder
from photofind.gui.sequence import Arrangement, PhotoSequence
from photofind.catalog.records import PhotoRow
from photofind.gui.reads import LibraryReads
from photofind.gui.thumbcache import Thumbnails
from photofind.paths import LibraryPaths
from pathlib import Path

app = QApplication([])
paths = LibraryPaths(Path(sys.argv[1]))
reads, thumbnails = LibraryReads(paths), Thumbnails(paths.thumbnails)
sequence = PhotoSequence(reads)
canvas = PhotoCanvas(sequence, thumbnails, None)
canvas.resize(433, 301)
canvas.show()
rows = [PhotoRow(n, bytes([n]) * 32, 0, 9, 9, b"/x", "here", 1, True, 1) for n in range(1, 9)]
sequence.install(Arrangement(HitOrder.of(list(range(1, 9)), 8), {}, {(0, 0): rows}))
canvas.set_sections([7, 0], 0, None)
shape = canvas.shape_of_cells
board = QImage(shape.edge, shape.edge, QImage.Format.Format_ARGB32_Premultiplied)
for y in range(shape.edge):
    for x in range(shape.edge):
        board.setPixel(x, y, 0xFFFFFFFF if (x + y) % 2 else 0xFF000000)
for row in rows:
    thumbnails._keep(row.content_hash, shape, board)
seen = canvas.viewport().grab().toImage()
ratio = seen.devicePixelRatio()
for position, cell in canvas.cells(canvas.viewport().rect()):
    left, top = round(cell.x * ratio), round(cell.y * ratio)
    for y in range(20, 40):
        for x in range(20, 40):
            if left + x < seen.width() and top + y < seen.height():
                value = seen.pixelColor(left + x, top + y).red()
                assert value in (0, 255), (position, x, y, value)
                assert (value == 255) == bool((x + y) % 2)
print(ratio, shape.edge)
"""


@pytest.mark.parametrize("scale", ["1", "1.25", "1.5", "2", "3"])
def test_thumbnails_are_copied_pixel_for_pixel(scale, tmp_path):
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "QT_SCALE_FACTOR": scale,
        "QT_SCALE_FACTOR_ROUNDING_POLICY": "PassThrough",
    }
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(float(scale)))
