"""Paths of any bytes are shown on one line and can be told apart."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photofind.paths import absolute, is_within, library_paths, path_from_shown, shown_path

names = st.binary(min_size=1, max_size=60).filter(lambda b: b"\0" not in b)


@given(names)
def test_a_shown_path_is_one_line_and_comes_back(name: bytes) -> None:
    shown = shown_path(b"/photos/" + name)
    assert len(shown.splitlines()) == 1
    assert "\t" not in shown
    shown.encode("utf-8")  # no lone surrogates: it can be printed anywhere
    assert path_from_shown(shown) == b"/photos/" + name


def test_what_a_person_can_read_stays_as_it_is() -> None:
    for name in ("가족사진.png", "emoji-😀.png", "café.png", " leading space.png", "100%#.png"):
        assert shown_path(name.encode()) == name


def test_the_escapes_are_the_documented_ones() -> None:
    assert shown_path(b"a\tb\nc\rd\\e\x07\xff") == r"a\tb\nc\rd\\e\x07\xff"


def test_within_means_below_not_beginning_alike() -> None:
    assert is_within(b"/a/b", b"/a")
    assert is_within(b"/a", b"/a")
    assert is_within(b"/a", b"/")
    assert not is_within(b"/ab", b"/a")


def test_a_path_is_made_absolute_without_resolving_links(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert absolute(tmp_path / "link" / ".." / "link") == os.fsencode(tmp_path / "link")


@pytest.mark.skipif(os.name == "nt", reason="there two of them begin the name of a server")
def test_slashes_at_the_start_are_one(tmp_path: Path) -> None:
    whole = os.fsencode(tmp_path)
    assert absolute(b"/" + whole) == absolute(b"//" + whole) == absolute(whole) == whole
    assert absolute("//") == b"/"


def test_the_option_wins_over_the_environment_over_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PHOTOFIND_LIBRARY", str(tmp_path / "from environment"))
    assert library_paths(str(tmp_path / "named")).root == tmp_path / "named"
    assert library_paths().root == tmp_path / "from environment"
    monkeypatch.delenv("PHOTOFIND_LIBRARY")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert tmp_path in library_paths().root.parents
