"""Neighbourhoods of images as rows of a matrix: the operation."""

from theano.ops.lax_op import LaxOp

__all__ = ["MODES", "Images2Neibs"]

MODES = ("valid", "half", "full", "ignore_borders", "wrap_centered")


class Images2Neibs(LaxOp):
    """Lay neighbourhoods out as rows; see `theano.tensor.nnet.neighbours.images2neibs`."""

    __props__ = ("mode",)
    sizes = (1, 2)

    def __init__(self, mode: str = "valid"):
        if mode not in MODES:
            raise ValueError(f"mode should be one of {', '.join(MODES)}, got {mode!r}")
        self.mode = mode

    def padding(self, shape: tuple) -> tuple:
        """Tell by how much rows and columns are padded."""
        if self.mode in ("half", "wrap_centered"):
            return tuple(None if n is None else n // 2 for n in shape)
        if self.mode == "full":
            return tuple(None if n is None else n - 1 for n in shape)
        return (0, 0)

    def counts(self, lengths: tuple, shape: tuple, step: tuple) -> list:
        """Count the neighbourhoods along rows and columns; None for what isn't known."""
        counts = []
        for length, size, distance, pad in zip(lengths, shape, step, self.padding(shape)):
            if None in (length, size, distance, pad):
                counts.append(None)
            elif self.mode == "wrap_centered":
                counts.append((length + distance - 1) // distance)
            else:
                counts.append((length + 2 * pad - size) // distance + 1)
        return counts

    def output_shape(self, x, shape, step):
        if any(isinstance(n, int) and n < 1 for n in (*shape, *step)):
            raise ValueError(
                f"neighbourhoods of shape {shape} with steps {step}: both should be positive"
            )
        down, across = self.counts(x[2:], shape, step)
        factors = (x[0], x[1], down, across)
        rows = None if None in factors else x[0] * x[1] * down * across
        return rows, None if None in shape else shape[0] * shape[1]

    def check(self, lengths: tuple, shape: tuple, step: tuple) -> None:
        """Refuse neighbourhoods that don't fit images of some size."""
        counts = self.counts(lengths, shape, step)
        if min(counts) < 1:
            raise ValueError(f"neighbourhoods of shape {shape} don't fit images of {lengths}")
        if self.mode == "wrap_centered" and any(n % 2 == 0 for n in shape):
            raise ValueError(f"wrap_centered needs neighbourhoods of odd size, got {shape}")
        padded = (n + 2 * p for n, p in zip(lengths, self.padding(shape)))
        if self.mode in ("valid", "half", "full"):
            for length, size, distance in zip(padded, shape, step):
                if (length - size) % distance:
                    raise ValueError(
                        f"mode {self.mode} needs neighbourhoods of shape {shape} with steps {step} "
                        f"to cover images of {lengths} exactly"
                    )
