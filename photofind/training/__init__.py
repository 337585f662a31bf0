"""Training and measuring of models: how the built-in model is made, and how models compare.

Nothing else in PhotoFind imports this package; it comes with the extra ``training``.
``python -m photofind.training --help`` is its way in. What was chosen, and why:

*   A small dual encoder in open_clip's own terms is trained in four stages, because order
    matters: an image head against the vectors of a sentence teacher; the upper part of the
    image tower with it; a text tower that follows the teacher; both towers together at small
    rates. Trained all at once from random weights the same model stays far behind.
*   The lower part of the image tower is kept as its classifier left it, and what it answers is
    computed once a photo and view and kept on disk (:mod:`photofind.training.maps`): on two
    processor cores that makes a training step some eight times cheaper, and breadth of photos
    counts for more here than depth of training.
"""
