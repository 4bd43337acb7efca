"""`python -m benchmarks [SECTION ...]`: measure and print; keep in RESULTS.md what is stored."""

import argparse
import sys
from importlib import import_module

from api.kernel_cache import use_kernel_cache

SECTIONS = (
    "micro.insertion",
    "micro.reoptimise",
    "transit.queries",
    "transit.intermodal",
    "transit.feeds",
    "serve.booking",
    "day.strategies",
    "instances.sample",
    "day.floors",
    "console.frames",
    "page.first_view",
)


def main() -> int:
    """Run the sections named, or all, which are stored."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("section", nargs="*", help=f"one of {', '.join(SECTIONS)}; default all")
    parser.add_argument("--store", action="store_true", help="store the sections named, too")
    arguments = parser.parse_args()
    chosen = arguments.section or SECTIONS
    if unknown := sorted(set(chosen) - set(SECTIONS)):
        parser.error(f"no section {', '.join(unknown)}; there are {', '.join(SECTIONS)}")
    use_kernel_cache()
    from benchmarks import report

    for name in chosen:
        print(f"==> {name}", file=sys.stderr)
        result = import_module(f"benchmarks.{name}").run()
        print(report.as_table(result), end="\n\n")
        if arguments.store or chosen is SECTIONS:
            report.store(result)
            print(f"{report.RESULTS.relative_to(report.ROOT)}: {name} stored", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
