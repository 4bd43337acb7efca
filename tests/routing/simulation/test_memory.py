"""What the solver remembers between decisions changes none of them."""

from hypothesis import given, settings

from routing.dispatch.network import Network
from routing.simulation.run import Simulation
from tests.routing.simulation.test_search import SEARCHING
from tests.routing.simulation.worlds import worlds


@settings(max_examples=25)
@given(worlds())
def test_a_solver_without_memory_decides_the_same(made):
    remembering = list(Simulation(made, SEARCHING).run())
    simulation, facts = Simulation(made, SEARCHING), []
    for fact in simulation.run():
        facts.append(fact)
        simulation.network = Network(made.travel, made.policy.weights)
    assert facts == remembering
