"""An exported model is opened by open_clip and by the product's encoder, with the same vectors."""

from pathlib import Path

import numpy as np
import open_clip
import pytest
import torch

from photofind.encoder import open_encoder
from photofind.images import read_picture
from photofind.training.earlier import earlier_text, read_text
from photofind.training.export import WEIGHTS_NAME, export, put_map_behind
from photofind.training.model import IMAGE_SIZE, encode_tokens, new_model

TEXTS = ["a dog on the beach", "x", "two children play football in front of an old red house"]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    export(new_model(seed=3), folder)
    return folder


def pictures() -> list[bytes]:
    import io

    from PIL import Image
    from skimage import data

    found = []
    for photo in (data.astronaut(), data.chelsea()):
        stream = io.BytesIO()
        Image.fromarray(photo).save(stream, "PNG")
        found.append(stream.getvalue())
    return found


def test_the_file_is_half_precision_and_within_its_limit(exported: Path) -> None:
    from safetensors import safe_open

    assert (exported / WEIGHTS_NAME).stat().st_size < 50_000_000
    with safe_open(exported / WEIGHTS_NAME, "pt") as weights:
        kinds = {weights.get_slice(name).get_dtype() for name in weights.keys()}  # noqa: SIM118
    assert kinds <= {"F16", "I64"}


def test_open_clip_and_the_encoder_give_the_models_own_vectors(exported: Path) -> None:
    import io

    from PIL import Image

    loaded, _, preprocess = open_clip.create_model_and_transforms(f"local-dir:{exported}")
    tokens = open_clip.get_tokenizer(f"local-dir:{exported}")(TEXTS)
    loaded.eval()
    written = new_model(seed=3)
    written.load_state_dict({name: halved(value) for name, value in written.state_dict().items()})
    shown = torch.stack([preprocess(Image.open(io.BytesIO(p)).convert("RGB")) for p in pictures()])
    with torch.inference_mode():
        for model in (loaded, written):
            photos = model.encode_image(shown, normalize=True).numpy()
            sentences = model.encode_text(tokens, normalize=True).numpy()
            if model is loaded:
                same = photos, sentences
    np.testing.assert_array_equal(same[0], photos)
    np.testing.assert_array_equal(same[1], sentences)

    encoder = open_encoder(f"local-dir:{exported}", "cpu")
    pixels = np.stack([read_picture(p, encoder.preprocessing).pixels for p in pictures()])
    assert pixels.shape[1:] == (IMAGE_SIZE, IMAGE_SIZE, 3)
    # The encoder computes in the fastest precision that it has found to agree.
    assert (encoder.encode_texts(TEXTS) * sentences).sum(axis=1).min() > 0.9995
    assert (encoder.encode_images(pixels) * photos).sum(axis=1).min() > 0.9995


def halved(value: torch.Tensor) -> torch.Tensor:
    return value.half().float() if value.is_floating_point() else value


def test_sentences_cut_to_their_length_have_the_vectors_of_the_whole() -> None:
    model = new_model()
    tokens = open_clip.SimpleTokenizer(context_length=32)(TEXTS)
    whole = torch.nn.functional.normalize(model.encode_text(tokens), dim=-1)
    torch.testing.assert_close(encode_tokens(model, tokens, parts=2), whole, atol=1e-5, rtol=0)


def test_the_teachers_map_goes_behind_the_text_tower() -> None:
    model, text_map = new_model(), torch.randn(384, 384)
    tokens = open_clip.SimpleTokenizer(context_length=32)(TEXTS)
    before = model.encode_text(tokens)
    put_map_behind(model, text_map)
    torch.testing.assert_close(model.encode_text(tokens), before @ text_map.T, atol=1e-4, rtol=1e-4)


def test_an_earlier_models_sentences_are_the_teachers(exported: Path) -> None:
    teacher = earlier_text(exported, torch.device("cpu"))
    model = read_text(exported)
    tokens = open_clip.SimpleTokenizer(context_length=32)(TEXTS)
    whole = torch.nn.functional.normalize(model.encode_text(tokens), dim=-1)
    torch.testing.assert_close(torch.from_numpy(teacher(TEXTS)), whole, atol=1e-4, rtol=0)
