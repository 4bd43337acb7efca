"""Instances of the field: tiny ones against every order, real ones against the references."""

import csv
import json
import subprocess
import sys
from dataclasses import replace

import numba
import numpy as np
import pytest

from gtfs.instance_file import read_instance
from routing.drt.search import anneal, check_routes, iterations, solve, warm_up
from routing.drt.search.bounds import fewest_vehicles, least_distance
from routing.drt.search.instance import Instance
from routing.drt.search.pool import RoutePool
from routing.types import NEVER, frozen
from tests.naive.naive_search import best_routes

needs_compiler = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="searches need the compiler")


def tiny(seed: int, *, fewest: bool, max_ride: float = float(NEVER)) -> Instance:
    """Three rides in a square of 10 x 10, two vehicles; windows and loads often bind."""
    rng = np.random.default_rng(seed)
    n = 7
    x, y = rng.uniform(0, 10, (2, n))
    earliest, latest = np.zeros(n), np.full(n, 60.0)
    earliest[1:4] = rng.uniform(0, 25, 3)
    latest[1:4] = earliest[1:4] + rng.uniform(3, 20, 3)
    load = np.zeros(n, np.int32)
    load[1:4] = rng.integers(1, 3, 3)
    load[4:] = -load[1:4]
    return Instance(
        f"tiny {seed}",
        2,
        3,
        frozen(earliest, np.float64),
        frozen(latest, np.float64),
        frozen([0.0] + [1.0] * (n - 1), np.float64),
        frozen(load),
        frozen(np.hypot(x[:, None] - x, y[:, None] - y), np.float64),
        frozen([[1, 4], [2, 5], [3, 6]]),
        max_ride,
        45.0 if max_ride < NEVER else float(NEVER),
        fewest,
    )


@needs_compiler
@pytest.mark.parametrize("is_dial_a_ride", [False, True])
def test_tiny_instances_are_solved_to_the_optimum(is_dial_a_ride: bool) -> None:
    n_solved = n_limited = 0
    for seed in range(25):
        instance = tiny(seed, fewest=not is_dial_a_ride, max_ride=9.0 if is_dial_a_ride else NEVER)
        best = best_routes(instance, check_routes)
        solved = solve(instance, iterations(600), seed=seed)
        assert (solved is None) == (best is None), seed
        if solved is None or best is None:
            n_limited += 1
            continue
        n_solved += 1
        assert check_routes(instance, solved.routes) == []
        assert solved.cost == pytest.approx(best[1]), seed
        if instance.fewest_vehicles:
            assert len(solved.routes) == best[0], seed
    assert n_solved >= 10
    assert n_limited >= 1


@needs_compiler
def test_the_same_seed_gives_the_same_routes() -> None:
    instance = tiny(3, fewest=True)
    first, again, other = (solve(instance, iterations(300), seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert other is not None


@needs_compiler
def test_threads_meet_at_the_same_iterations_each_time() -> None:
    instance = tiny(3, fewest=True)
    first, again = (solve(instance, iterations(300), seed=1, n_threads=2) for _ in range(2))
    assert first == again
    assert first is not None
    assert first.n_iterations >= 600


@needs_compiler
@pytest.mark.parametrize("is_dial_a_ride", [False, True])
def test_no_routes_are_better_than_the_bounds(is_dial_a_ride: bool) -> None:
    n_tight = 0
    for seed in range(25):
        instance = tiny(seed, fewest=not is_dial_a_ride, max_ride=9.0 if is_dial_a_ride else NEVER)
        best = best_routes(instance, check_routes)
        if best is not None:
            fewest = best_routes(replace(instance, fewest_vehicles=True), check_routes)
            assert fewest_vehicles(instance) <= fewest[0], seed
            assert 0 < least_distance(instance) <= best[1] + 1e-6, seed
            n_tight += fewest_vehicles(instance) == fewest[0] == 2
    assert n_tight >= 1


def test_the_pool_takes_the_cheapest_choice_and_serves_nobody_twice() -> None:
    pool = RoutePool()
    for row, cost in (
        ([1, 4], 5.0),
        ([1, 2, 4, 5], 8.0),
        ([2, 1, 5, 4], 7.0),  # the same set, cheaper
        ([2, 3, 5, 6], 6.0),
        ([3, 6], 9.0),
    ):
        pool.add(np.array(row, np.int32), cost)
    pairs = [(1, 4), (2, 5), (3, 6)]
    assert len(pool) == 4
    assert pool.choose(pairs, 2, [[2, 1, 5, 4], [3, 6]]) == [[1, 4], [2, 3, 5, 6]]
    pool.forget(2)  # the latest two overlap
    assert pool.choose(pairs, 2, []) is None
    pool.add(np.array([1, 2, 4, 5], np.int32), 8.0)
    chosen = pool.choose(pairs, 2, [])
    assert sorted(node for row in chosen for node in row) == [1, 2, 3, 4, 5, 6]
    assert pool.choose(pairs, 1, []) is None


@needs_compiler
def test_kernels_are_compiled_once() -> None:
    warm_up()
    solve(tiny(1, fewest=False), iterations(1), seed=1)
    assert len(anneal.run.signatures) == 1


def test_the_search_of_the_serving_process_loads_no_or_tools() -> None:
    code = "import sys, routing.drt.search; assert not {'ortools', 'pandas'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_what_routes_break_is_told() -> None:
    instance = tiny(3, fewest=True, max_ride=0.5)
    assert "not every node is visited once" in check_routes(instance, [[1, 4]])
    assert "3 routes for 2 vehicles" in check_routes(instance, [[1, 4], [2, 5], [3, 6]])
    assert any("parts a pair" in problem for problem in check_routes(instance, [[4, 1]]))
    assert any("on board at node" in problem for problem in check_routes(instance, [[4, 1]]))
    assert any("has no schedule" in problem for problem in check_routes(instance, [[1, 4]]))


@pytest.mark.shared
@needs_compiler
@pytest.mark.parametrize(
    ("file", "references", "column", "gap"),
    [
        ("li-lim/lc101.txt", "li-lim/best_known.csv", "distance", 0.001),
        ("darp/a2-16.txt", "darp/references.csv", "cost", 0.005),
        ("darp/R1a.txt", "darp/references.csv", "cost", 0.02),
    ],
)
def test_real_instances_reach_their_references(shared_dir, tmp_path, file, references, column, gap):
    path = shared_dir / "instances" / file
    solved = solve(read_instance(path), iterations(5000), seed=1)
    with (shared_dir / "instances" / references).open() as rows:
        reference = next(row for row in csv.DictReader(rows) if row["instance"] == path.stem)
    assert solved.cost <= float(reference[column]) * (1 + gap)
    assert len(solved.routes) <= int(reference.get("vehicles", 1000))
    out = tmp_path / "out.json"
    out.write_text(json.dumps({"routes": solved.routes}))
    checker = shared_dir / "worlds" / "check_static.py"
    said = subprocess.run(
        [sys.executable, checker, path, out], capture_output=True, text=True, check=True
    ).stdout
    assert said.split() == ["ok", str(len(solved.routes)), f"{solved.cost:.4f}"]
