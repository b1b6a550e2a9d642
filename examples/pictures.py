"""The pictures that the examples draw."""

from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

DPI = 130
GAP = 2  # pixels between images


def figure(width: float, height: float, title: str) -> Figure:
    """Make an empty figure of a size in inches, with a title over everything."""
    fig = Figure(figsize=(width, height), dpi=DPI, layout="constrained")
    fig.suptitle(title, fontsize=13, fontweight="bold")
    return fig


def save(fig: Figure, path: Path) -> None:
    """Write a figure as a PNG file."""
    fig.savefig(path)
    print(f"wrote {path}")


def show_images(
    ax: Axes, images: np.ndarray, shape: tuple, columns: int, signed: bool = False
) -> AxesImage:
    """Show rows of numbers as small images of `shape`, `columns` side by side.

    Ink is black on white, from 0 to 1. With `signed` red is positive, blue is negative and white
    is 0; the strongest colours are for the largest 1% of the absolute values.
    """
    rows = -(-len(images) // columns)
    zoom = max(1, 32 // shape[0])  # so that the gaps are thin beside small images, too
    images = np.kron(np.reshape(images, (-1, *shape)), np.ones((zoom, zoom)))
    height, width = images.shape[1] + GAP, images.shape[2] + GAP
    canvas = np.full((rows * height - GAP, columns * width - GAP), np.nan)
    for index, image in enumerate(images):
        top, left = index // columns * height, index % columns * width
        canvas[top : top + height - GAP, left : left + width - GAP] = image
    limit = np.percentile(np.abs(images), 99) or 1.0
    colours = matplotlib.colormaps["RdBu_r" if signed else "gray_r"]
    gaps = "#909090" if signed else "#c8c8c8"
    drawn = ax.imshow(
        canvas,
        cmap=colours.with_extremes(bad=gaps),
        vmin=-limit if signed else 0,
        vmax=limit if signed else 1,
        interpolation="nearest",
    )
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    return drawn


def rows_of_images(
    title: str,
    rows: dict[str, np.ndarray],
    shape: tuple,
    inches: float = 0.6,
    note: str = "",
    marked: "dict[str, np.ndarray] | None" = None,
) -> Figure:
    """Make a figure with a row of images for each label, the label at its left.

    `inches` is the size of an image; `note` stands below; `marked` tells for a row which of its
    images get a red frame.
    """
    columns = len(next(iter(rows.values())))
    labels = 0.09 * max(len(line) for label in rows for line in label.split("\n"))
    fig = figure(columns * inches + labels, len(rows) * inches + (0.85 if note else 0.55), title)
    ax = fig.subplots()
    drawn = show_images(ax, np.concatenate(list(rows.values())), shape, columns)
    canvas_height, canvas_width = drawn.get_array().shape
    height, width = (canvas_height + GAP) / len(rows), (canvas_width + GAP) / columns
    middles = np.arange(len(rows)) * height + (height - GAP - 1) / 2
    ax.set_yticks(middles, list(rows))
    ax.tick_params(length=0)
    ax.set_xlabel(note)
    for row, label in enumerate(rows):
        for column in np.flatnonzero((marked or {}).get(label, [])):
            corner, size = (column * width - 0.5, row * height - 0.5), (width - GAP, height - GAP)
            ax.add_patch(Rectangle(corner, *size, fill=False, color="red", lw=2.5, clip_on=False))
    return fig


def curve(ax: Axes, values: list, line: str = "-", **style: str) -> None:
    """Draw a number per epoch as a line; with dots where there are few."""
    dots = "." if len(values) < 30 else ""
    ax.plot(np.arange(1, len(values) + 1), values, dots + line, **style)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))


def tidy(ax: Axes, **labels: str) -> None:
    """Give a chart its labels, a light grid, and no box around it."""
    ax.set(**labels)
    ax.grid(alpha=0.3)
    ax.spines[["top", "right"]].set_visible(False)


def sample_in_order(labels: np.ndarray, number: int) -> np.ndarray:
    """Pick the indices of some images, spread evenly over them in the order of their digits."""
    in_order = np.argsort(labels, kind="stable")
    return in_order[np.linspace(0, len(in_order) - 1, number).astype(int)]
