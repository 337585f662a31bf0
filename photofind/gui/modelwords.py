"""What the window says of a model, in the person's language.

The table of models is the worker's and in English. What stands in it is repeated here to be
translated; a model that is not known here (of a newer table) keeps its own words.
"""

from PySide6.QtCore import QCoreApplication, QLocale

from photofind.protocol import EncoderState, ModelLine

translate = QCoreApplication.translate

MEGABYTE = 1_000_000  # bytes
GIGABYTE = 1000 * MEGABYTE
MANY = "*"  # the code for many languages


def model_title(model: ModelLine) -> str:
    """What a model is called; that the built-in one is basic is said beside it."""
    return translate("Model", "Built-in model") if model.basic else model.title


def model_name(encoder: EncoderState) -> str:
    """The model at work in one line; empty while none is."""
    return translate("Model", "Built-in model (basic)") if encoder.basic else encoder.model


def model_sentence(model: ModelLine) -> str:
    """What a model is good for."""
    sentences = {
        "builtin": translate(
            "Model",
            "Comes with PhotoFind: small and fast, finds everyday things, knows few names.",
        ),
        "ViT-B-32-256:datacomp_s34b_b86k": translate(
            "Model",
            "A good first choice: quick on any computer and far better than the built-in model.",
        ),
        "ViT-B-32:laion2b_s34b_b79k": translate(
            "Model", "As quick as CLIP gets, trained on two billion captioned pictures."
        ),
        "ViT-B-16:datacomp_xl_s13b_b90k": translate(
            "Model", "Sees finer detail than B/32 and takes three times as long."
        ),
        "ViT-L-14:datacomp_xl_s13b_b90k": translate(
            "Model", "Very good results; wants a graphics card or patience."
        ),
        "ViT-H-14:laion2b_s32b_b79k": translate(
            "Model", "Large and strong; for computers with a graphics card."
        ),
        "ViT-B-16-SigLIP-256:webli": translate(
            "Model", "Follows whole sentences better than CLIP of the same size; English."
        ),
        "ViT-B-16-SigLIP-i18n-256:webli": translate(
            "Model", "Understands many languages at the cost of SigLIP B/16."
        ),
        "ViT-B-32-SigLIP2-256:webli": translate(
            "Model", "The quickest of the models that understand many languages."
        ),
        "ViT-B-16-SigLIP2-256:webli": translate(
            "Model", "Many languages and very good results; about four times the work of B/32."
        ),
        "ViT-SO400M-14-SigLIP2:webli": translate(
            "Model",
            "Among the best there is, in many languages; for computers with a graphics card.",
        ),
        "xlm-roberta-base-ViT-B-32:laion5b_s13b_b90k": translate(
            "Model",
            "Understands about a hundred languages and reads photos as quickly as CLIP B/32.",
        ),
    }
    if not model.sentence:
        return translate("Model", "A model of your own.")
    return sentences.get(model.name, model.sentence)


def languages(model: ModelLine) -> str:
    """In which languages it can be asked."""
    if MANY in model.languages:
        return translate("Model", "Many languages")
    if model.languages == ("en",):
        return translate("Model", "English")
    if not model.languages:
        return translate("Model", "Languages not known")
    return ", ".join(QLocale(code).nativeLanguageName() or code for code in model.languages)


def size(model: ModelLine) -> str:
    """What its files take on the disk; empty when that is not known."""
    taken = model.megabytes * MEGABYTE
    digits = 1 if taken >= GIGABYTE else 0
    form = QLocale.DataSizeFormat.DataSizeSIFormat
    return QLocale().formattedDataSize(taken, digits, form) if taken else ""


def state(model: ModelLine, *, loading: bool = False) -> str:
    """Whether it is at work, or could be; empty for one that can be chosen."""
    if loading:
        return translate("Model", "Loading…")
    if model.in_use:
        return translate("Model", "In use")
    return "" if model.here else translate("Model", "Not on this computer")


def spoken(model: ModelLine, *, loading: bool = False) -> str:
    """All of it, for a screen reader."""
    title = model_title(model)
    if model.basic:
        title = translate("Model", "{model}, basic").format(model=title)
    told = state(model, loading=loading) or translate("Model", "On this computer")
    facts = ", ".join(filter(None, (told, languages(model), size(model), model.licence)))
    return f"{title}. {facts}. {model_sentence(model)}"
