"""Made-up demand: seeded, as many as expected, where and when expected."""

import numpy as np
import pytest

from routing.simulation.chance import Chance, RoadNoise
from routing.simulation.demand import Burst, Demand, Flow, Habits, make_riders

N_PLACES = 4
HABITS = Habits(
    prebooked_share=0.4,
    prebooked_lead_s=(1800, 7200),
    arrive_by_share=0.5,
    notice_s=600,
    party=(0.7, 0.3),
    wheelchair_share=0.1,
    senior_share=0.2,
    cancel_share=0.1,
    no_show_share=0.1,
    late_share=0.1,
    late_mean_s=60,
)


def weights(*values):
    return np.array(values, float)


def hours(*wanted):
    return np.array([float(hour in wanted) for hour in range(24)])


def demand(flows=(), bursts=(), habits=HABITS):
    return Demand(tuple(flows), tuple(bursts), habits, 7 * 3600, 21 * 3600)


FLOW = Flow("out", 2000, weights(1, 1, 0, 0), weights(0, 0, 1, 3), hours(8))
BURST = Burst("train", 3, (9 * 3600, 10 * 3600), 100, weights(1, 1, 1, 50))


def test_the_same_seed_gives_the_same_riders_and_another_one_others():
    assert make_riders(demand([FLOW], [BURST]), 1) == make_riders(demand([FLOW], [BURST]), 1)
    assert make_riders(demand([FLOW], [BURST]), 1) != make_riders(demand([FLOW], [BURST]), 2)


def test_a_flow_is_as_large_and_goes_where_and_when_it_should():
    riders = make_riders(demand([FLOW]), 1)
    assert len(riders) == pytest.approx(2000, abs=150)  # Poisson: 3 standard deviations are 134
    origins = np.bincount([r.wish.origins[0].place for r in riders], minlength=N_PLACES)
    ends = np.bincount([r.wish.destinations[0].place for r in riders], minlength=N_PLACES)
    assert origins[2] == origins[3] == ends[0] == ends[1] == 0
    assert ends[3] / ends[2] == pytest.approx(3, rel=0.2)
    leaving = [leave_time(rider) for rider in riders]
    assert min(leaving) >= 8 * 3600
    assert max(leaving) < 9 * 3600


def leave_time(rider):
    wish = rider.wish
    return wish.arrive_by if wish.depart_from is None else wish.depart_from


def test_riders_ask_in_order_of_time_and_before_they_leave():
    riders = make_riders(demand([FLOW], [BURST]), 1)
    called = [rider.called_time for rider in riders]
    assert called == sorted(called)
    assert all(rider.called_time <= leave_time(rider) for rider in riders)
    assert [rider.request_id for rider in riders] == [f"r{k}" for k in range(len(riders))]


@pytest.mark.parametrize(
    ("share", "of"),
    [
        (0.4, lambda r: leave_time(r) - r.called_time > 600),
        (0.2, lambda r: r.wish.arrive_by is not None),
        (0.3, lambda r: r.wish.party.passengers == 2),
        (0.1, lambda r: r.wish.party.wheelchairs == 1),
        (0.1, lambda r: r.cancel_time is not None),
        (0.1, lambda r: not r.shows_up),
        (0.1, lambda r: r.late_s > 0),
    ],
)
def test_habits_come_in_their_shares(share, of):
    riders = make_riders(demand([FLOW]), 1)
    assert np.mean([of(rider) for rider in riders]) == pytest.approx(share, abs=0.035)


def test_a_train_is_a_burst_of_people_who_stand_at_its_stop():
    riders = make_riders(demand([], [BURST]), 1)
    assert {r.wish.origins[0].place for r in riders} == {3}
    assert 3 not in {r.wish.destinations[0].place for r in riders}  # though it weighs most
    after = [(leave_time(r) - 9 * 3600) % 3600 for r in riders]
    assert max(after) < 300


def test_nobody_leaves_outside_of_the_hours():
    night = Flow("night", 500, weights(1, 1, 1, 1), weights(1, 1, 1, 1), hours(5, 8, 22))
    riders = make_riders(demand([night]), 1)
    assert {leave_time(rider) // 3600 for rider in riders} == {8}


def test_roads_without_noise_take_as_long_as_planned():
    assert Chance(RoadNoise(0.0, 0.0, 0.0), 1).drive_s(300) == 300


def test_road_noise_is_seeded_and_about_right():
    chance = Chance(RoadNoise(0.1, 0.0, 0.0), 1)
    taken = [chance.drive_s(1000) for _ in range(2000)]
    assert np.std(np.log(taken)) == pytest.approx(0.1, rel=0.1)
    again = Chance(RoadNoise(0.1, 0.0, 0.0), 1)
    assert taken[:5] == [again.drive_s(1000) for _ in range(5)]
