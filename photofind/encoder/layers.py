"""Layers of other people's networks, found and replaced by ones that compute the same faster."""

from typing import Any

import torch  # noqa: TID253 (this module is imported when an encoder is opened, not before)

from photofind.encoder.runtime import import_open_clip


class Exchange:
    """Layers of a tower put in the place of others; it can be undone."""

    def __init__(self) -> None:
        self._former: list[tuple[Any, str, Any]] = []

    def __len__(self) -> int:
        return len(self._former)

    def put(self, parent: Any, name: str, layer: Any) -> None:
        """Let `layer` be the parent's child of this name."""
        self._former.append((parent, name, getattr(parent, name)))
        setattr(parent, name, layer)

    def undo(self) -> None:
        """Everything as it was."""
        while self._former:
            parent, name, layer = self._former.pop()
            setattr(parent, name, layer)


def children(tower: Any) -> list[tuple[Any, str, Any]]:
    """Every layer below a tower, with its parent and its name there."""
    return [
        (parent, name, layer)
        for parent in tower.modules()
        for name, layer in parent.named_children()
    ]


def linears(tower: Any, smallest: int) -> list[tuple[Any, str, torch.nn.Linear]]:
    """The linear layers with so many features in and out at least."""
    return [
        (parent, name, layer)
        for parent, name, layer in children(tower)
        if type(layer) is torch.nn.Linear and min(layer.weight.shape) >= smallest
    ]


class FusedLinear(torch.nn.Module):
    """A linear layer whose kernel can compute the GELU that follows on its way out."""

    activation: tuple[str, str] = ("none", "")
    """What oneDNN is asked to compute after the product, and how."""

    def take_over(self, gelu: torch.nn.GELU) -> None:
        """Compute this one as well."""
        self.activation = ("gelu", gelu.approximate)


def put_linear(exchange: Exchange, parent: Any, name: str, layer: FusedLinear) -> None:
    """Put a layer in the place of a linear one, and of the GELU registered right after it.

    Registration order is nearly always the order of computation; the caller compares vectors.
    """
    exchange.put(parent, name, layer)
    siblings = list(parent.named_children())
    place = [sibling for sibling, _ in siblings].index(name) + 1
    if place < len(siblings) and isinstance(gelu := siblings[place][1], torch.nn.GELU):
        layer.take_over(gelu)
        exchange.put(parent, siblings[place][0], torch.nn.Identity())


def part_attention(tower: Any, exchange: Exchange, floats: torch.dtype) -> None:
    """Make the projections of open_clip's attention layers of their own, which can be replaced."""
    block = import_open_clip().transformer.ResidualAttentionBlock
    for parent, name, layer in children(tower):
        if isinstance(parent, block) and isinstance(layer, torch.nn.MultiheadAttention):
            exchange.put(parent, name, SelfAttention(layer, floats))


class SelfAttention(torch.nn.Module):
    """torch's self-attention with its projections as layers of their own; the same numbers.

    Batch first. What lies between the projections is computed in `floats`.
    """

    SHORT = 128  # tokens up to which plain attention is faster than torch's own on a CPU

    def __init__(self, attention: torch.nn.MultiheadAttention, floats: torch.dtype) -> None:
        super().__init__()
        self._heads, self._floats = attention.num_heads, floats
        self.into = _linear(attention.in_proj_weight, attention.in_proj_bias)
        self.out = _linear(attention.out_proj.weight, attention.out_proj.bias)

    def forward(
        self, x: torch.Tensor, *_: Any, attn_mask: torch.Tensor | None = None, **__: Any
    ) -> tuple[torch.Tensor, None]:
        count, length, width = x.shape
        mixed = self.into(x).to(self._floats)
        mixed = mixed.view(count, length, 3, self._heads, width // self._heads)
        query, key, value = mixed.permute(2, 0, 3, 1, 4)
        if length <= self.SHORT and attn_mask is None:
            weights = (query @ key.transpose(-1, -2)).float().mul_(query.shape[-1] ** -0.5)
            seen = weights.softmax(-1).to(value.dtype) @ value
        else:
            seen = torch.nn.functional.scaled_dot_product_attention(
                query, key, value, None if attn_mask is None else attn_mask.to(query.dtype)
            )
        return self.out(seen.transpose(1, 2).reshape(count, length, width).float()), None


def _linear(weight: Any, bias: Any) -> Any:
    layer = torch.nn.Linear(1, 1, bias=bias is not None)
    layer.weight, layer.bias = weight, bias
    layer.out_features, layer.in_features = weight.shape
    return layer
