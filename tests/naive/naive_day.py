"""A second reading of what a simulated day may look like, straight from the words of the formats.

Nothing is shared with the code that is tested but the values it is given.
"""

from collections import defaultdict

from routing.drt.model import VisitKind
from routing.simulation.facts import Answer, Executed


def audit(world, facts):
    """What is wrong with the log of an exact world; empty if all is well."""
    wishes = {rider.request_id: rider for rider in world.riders}
    matrix, dwell_s = world.travel.seconds[0], world.policy.dwell_s
    answers, visits, wrong = {}, defaultdict(list), []
    for fact in facts:
        if isinstance(fact, Answer):
            if fact.request_id in answers:
                wrong.append(f"{fact.request_id} answered twice")
            answers[fact.request_id] = fact
        else:
            visits[fact.vehicle_id].append(fact)
    if set(answers) != set(wishes):
        wrong.append("not everybody was answered")
    for vehicle in world.vehicles:
        made = visits.pop(vehicle.vehicle_id, [])
        wrong += _audit_vehicle(vehicle, made, wishes, matrix, dwell_s)
        served = [v.ride_id for v in made if v.kind is VisitKind.DROPOFF]
        wrong += [f"{name} not accepted" for name in served if not answers[name].is_accepted]
        for name in served:
            answers.pop(name)
    wrong += [f"{a.request_id} accepted and not served" for a in answers.values() if a.is_accepted]
    return wrong + [f"no vehicle {name}" for name in visits]


def _audit_vehicle(vehicle, made: list[Executed], wishes, matrix, dwell_s):
    place, free, aboard, boarded = vehicle.start_place, vehicle.shift_from, {}, {}
    for visit in made:
        rider = wishes[visit.ride_id]
        wish, start = rider.wish, visit.arrive
        if visit.arrive < free + matrix[place, visit.place]:
            yield f"{visit} too fast"
        if visit.kind is VisitKind.PICKUP:
            start = max(visit.arrive, wish.earliest_pickup)
            if start > wish.latest_pickup or start < rider.called_time:
                yield f"{visit} outside of its window"
            if visit.place != wish.origin:
                yield f"{visit} elsewhere"
            aboard[visit.ride_id], boarded[visit.ride_id] = wish.load, start + dwell_s
        else:
            if visit.arrive - boarded.pop(visit.ride_id) > wish.max_ride_s:
                yield f"{visit} after too long a ride"
            if visit.place != wish.destination:
                yield f"{visit} elsewhere"
            del aboard[visit.ride_id]
        if visit.depart < start + dwell_s:
            yield f"{visit} left too soon"
        totals = [sum(amounts) for amounts in zip(*aboard.values(), strict=True)]
        if any(t > c for t, c in zip(totals, vehicle.configurations[0], strict=False)):
            yield f"{visit} overloads"
        place, free = visit.place, visit.depart
    if aboard:
        yield f"{sorted(aboard)} never left {vehicle.vehicle_id}"
    if made and free + matrix[place, vehicle.end_place] > vehicle.shift_until:
        yield f"{vehicle.vehicle_id} is back late"
