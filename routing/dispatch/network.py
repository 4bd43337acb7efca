"""What `decide` may look at besides the state: the city's travel times, and a solver's memory."""

from routing.dispatch.loaded import LoadedFleet
from routing.dispatch.projection import Projector
from routing.drt.insertion import Fleet
from routing.policy import CostWeights
from routing.road.travel import TravelTimes


class Network:
    """Travel times, and kernel arrays of the fleet that are kept between decisions.

    The fleet and the projections are memories of pure functions: with a fresh `Network` every
    decision comes out the same. One network serves one service day and one thread.
    """

    def __init__(self, travel: TravelTimes, weights: CostWeights | None = None) -> None:
        self.travel = travel
        self.weights = weights or CostWeights()
        self.fleet = Fleet(travel, self.weights)
        self.projector = Projector(travel)
        self.loaded = LoadedFleet(self.fleet, self.projector)
