"""`python -m benchmarks.instances.one FILE SOLVER SECONDS SEED`: one run, as a line of JSON."""

import json
import sys
from pathlib import Path
from time import perf_counter

from api.kernel_cache import use_kernel_cache


def main() -> None:
    """Solve and print the routes and how long it took, start of the process left out."""
    use_kernel_cache()
    from benchmarks.instances.peers import SOLVERS
    from gtfs.instance_file import read_instance
    from routing.drt.search import warm_up
    from routing.drt.search.pool import load_solver

    file, name, seconds, seed = sys.argv[1:]
    instance = read_instance(Path(file))
    warm_up()
    load_solver()
    started = perf_counter()
    routes = SOLVERS[name].solve(instance, float(seconds), int(seed))
    print(json.dumps({"taken_s": round(perf_counter() - started, 3), "routes": routes}))


if __name__ == "__main__":
    main()
