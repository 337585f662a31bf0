"""Paths survive on their way to other programs."""

import os
import sys

import pytest

from photofind.gui.drag import file_mime, file_url


@pytest.mark.skipif(sys.platform == "win32", reason="names there are UTF-16")
@pytest.mark.parametrize(
    ("path", "url"),
    [
        (b"/a/b.jpg", b"file:///a/b.jpg"),
        (b"/a b/50% #1?.jpg", b"file:///a%20b/50%25%20%231%3F.jpg"),
        ("/사진/é.jpg".encode(), b"file:///%EC%82%AC%EC%A7%84/%C3%A9.jpg"),
        (b"/caf\xe9.jpg", b"file:///caf%E9.jpg"),
        (b"/new\nline.jpg", b"file:///new%0Aline.jpg"),
    ],
)
def test_each_name_becomes_a_url_of_its_very_bytes(path, url):
    assert bytes(file_url(path).toEncoded().data()) == url


def test_several_files_travel_together(tmp_path):
    paths = [os.fsencode(tmp_path / name) for name in ("a.jpg", "b.jpg")]
    mime = file_mime(paths)
    assert [url.toLocalFile() for url in mime.urls()] == [os.fsdecode(path) for path in paths]
