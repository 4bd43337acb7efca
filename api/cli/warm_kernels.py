"""`sokcho warm-kernels`: compile now what would be compiled at the first start."""

import argparse
import asyncio
import tempfile
from pathlib import Path

from api.cli.command import Command


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--area", type=Path, metavar="FILE", help="area file of another city")


def _run(arguments: argparse.Namespace) -> int:
    from api.cli.arguments import today
    from api.kernel_cache import forget_old_states, use_kernel_cache
    from api.settings import load_settings
    from api.trips.timetables import Timetables
    from api.warmup import warm_kernels
    from gtfs.area import load_area

    settings = load_settings(**({"area": arguments.area} if arguments.area else {}))
    area = load_area(settings.area)
    with tempfile.TemporaryDirectory() as folder:
        timetables = Timetables(area, Path(folder))
        asyncio.run(timetables.prepare([today(area.timezone).isoformat()]))
        warm_kernels(area, timetables.find_any())
    cache = use_kernel_cache()
    forget_old_states(cache)
    print(f"compiled kernels are in {cache}")
    return 0


COMMAND = Command(
    name="warm-kernels",
    summary="Compile the kernels, so that the first start need not",
    description=(
        "Goes through a booking and a bus query that are thrown away. NUMBA_CACHE_DIR chooses\n"
        "the folder; NUMBA_CPU_NAME=generic compiles for any processor of this kind."
    ),
    examples=("sokcho warm-kernels",),
    add_arguments=_add_arguments,
    run=_run,
)
