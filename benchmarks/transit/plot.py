"""Pictures of the latencies of one feed: which share of the queries was answered by when."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

PLOTS = Path(__file__).parents[1] / "plots"
_DPI = 80


def plot_latencies(name: str, taken: Mapping[str, npt.NDArray[np.int64]]) -> Path:
    """Draw the share of queries over the time each engine took, and return the file.

    Parameters
    ----------
    name : str
        Of the feed.
    taken : Mapping of str to ndarray of int64
        Durations by engine, ns.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 5), dpi=_DPI, layout="constrained")
    axes = figure.subplots()
    for label, durations in taken.items():
        style = "--" if label.startswith(("pynigiri", "ferrobus")) else "-"
        share = (np.arange(len(durations)) + 1) / len(durations)
        axes.plot(np.sort(durations) / 1000, share, style, label=label, linewidth=1.4)
    axes.set_xscale("log")
    axes.set_xlabel("time of a query, us")
    axes.set_ylabel("share of queries")
    axes.set_title(name)
    axes.grid(alpha=0.3)
    axes.legend(fontsize="small", loc="lower right")
    PLOTS.mkdir(exist_ok=True)
    path = PLOTS / f"transit-{name.lower().replace(' ', '-')}.png"
    figure.savefig(path, metadata={"Software": None})
    return path
