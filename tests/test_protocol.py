"""Messages survive the wire exactly; foreign bytes are refused with a sentence."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photofind import errors, protocol
from photofind.protocol import Failed, Index, ListModels, ModelLine, ModelList, Search, SearchDone

paths = st.binary(max_size=300)


@given(st.lists(paths, max_size=5), st.one_of(st.none(), st.text(max_size=20)))
def test_paths_that_are_no_utf8_cross_unchanged(names: list[bytes], model: str | None) -> None:
    request = Index(id=7, paths=tuple(names), model=model)
    assert protocol.decode_request(protocol.encode(request)) == request


@given(st.lists(st.tuples(st.integers(1, 2**62), st.floats(-1, 1)), max_size=20))
def test_hits_cross_unchanged(hits: list[tuple[int, float]]) -> None:
    event = SearchDone(
        id=1, photo_ids=tuple(i for i, _ in hits), scores=tuple(s for _, s in hits), matches=3
    )
    assert protocol.decode_event(protocol.encode(event)) == event


def test_the_list_of_models_crosses_unchanged() -> None:
    asked = ListModels(id=3)
    assert protocol.decode_request(protocol.encode(asked)) == asked
    own = ModelLine(name="local-dir:/모델", title="모델", languages=(), here=True, in_use=True)
    known = ModelLine(name="builtin", title="Built-in", languages=("en", "*"), megabytes=38)
    event = ModelList(id=3, models=(known, own))
    assert protocol.decode_event(protocol.encode(event)) == event
    assert isinstance(event, protocol.TERMINAL)


@given(st.binary(max_size=200))
def test_noise_is_refused_and_never_crashes(noise: bytes) -> None:
    for decode in (protocol.decode_request, protocol.decode_event):
        with contextlib.suppress(protocol.ProtocolError):
            decode(noise)  # any other exception fails the test


def test_an_event_is_no_request() -> None:
    with pytest.raises(protocol.ProtocolError):
        protocol.decode_request(protocol.encode(protocol.Done(id=1)))


def test_a_field_added_later_does_not_disturb_an_older_reader() -> None:
    import msgspec

    raw = msgspec.msgpack.decode(protocol.encode(Search(id=1, text="dog")))
    raw["a_field_of_tomorrow"] = 1
    request = protocol.decode_request(msgspec.msgpack.encode(raw))
    assert isinstance(request, Search)
    assert request.text == "dog"


def test_every_error_comes_back_as_itself() -> None:
    kinds = [errors.PhotoFindError]
    while kinds:
        kind = kinds.pop()
        kinds.extend(kind.__subclasses__())
        event = Failed(id=1, code=kind.code, message="What happened. What to do.")
        back = event.error()
        assert type(back) is kind
        assert str(back) == "What happened. What to do."


def test_no_two_errors_share_a_code() -> None:
    codes, kinds = [], [errors.PhotoFindError]
    while kinds:
        kind = kinds.pop()
        codes.append(kind.code)
        kinds.extend(kind.__subclasses__())
    assert len(codes) == len(set(codes))


def test_every_reason_has_its_sentence() -> None:
    assert set(errors.SENTENCES) == set(errors.Reason)


def test_a_long_query_is_cut_and_a_short_one_is_not() -> None:
    assert protocol.shortened("a dog \n on a beach ") == "a dog \n on a beach "
    long = protocol.shortened("  a dog " * 10_000)
    assert len(long) == protocol.TEXT_LIMIT_CHARACTERS
    assert long.startswith("a dog a dog")
