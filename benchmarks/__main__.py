"""`python -m benchmarks [SECTION ...]`: measure, print, and on a full run rewrite RESULTS.md."""

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
    """Run the sections named, or all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("section", nargs="*", help=f"one of {', '.join(SECTIONS)}; default all")
    chosen = parser.parse_args().section or SECTIONS
    if unknown := sorted(set(chosen) - set(SECTIONS)):
        parser.error(f"no section {', '.join(unknown)}; there are {', '.join(SECTIONS)}")
    use_kernel_cache()
    from benchmarks import report

    results = []
    for name in chosen:
        print(f"==> {name}", file=sys.stderr)
        results.append(import_module(f"benchmarks.{name}").run())
        print(report.as_table(results[-1]), end="\n\n")
    if chosen is SECTIONS:
        report.write_results(results)
        print(f"{report.RESULTS.relative_to(report.ROOT)} rewritten", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
