import pytest

from api.demo.streets import Way, find_way
from api.settings import SOKCHO
from gtfs.area import load_area


@pytest.fixture(scope="module")
def sokcho():
    return load_area(SOKCHO)


def test_half_of_the_way_is_half_of_its_metres():
    way = Way.through([(128.0, 38.0), (128.0, 38.01), (128.0, 38.04)])
    assert way.at(0) == (128.0, 38.0)
    assert way.at(0.5) == pytest.approx((128.0, 38.02))
    assert way.at(2) == (128.0, 38.04)


def test_a_shuttle_does_not_cross_the_harbour(sokcho):
    abai, landing = (128.594684, 38.200592), (128.592208, 38.202881)
    way = find_way(sokcho, abai, landing)
    assert way.points[0] == abai
    assert way.points[-1] == landing
    assert way.metres[-1] > 1500  # 340 m as the gull flies, 1.8 km by road
