"""The slow, obvious twin of how delays spread along a trip. Only tests import this file."""

NO_DATA = "no data"


def spread(times, said, delay_s):
    """``[(arr, dep, is_live)]`` of ``[(arr, dep)]``; ``said[i]`` is None, NO_DATA or a pair."""
    result = []
    for i, (arr, dep) in enumerate(times):
        arr_delay, dep_delay = delays_at(i, said, delay_s)
        if arr_delay is None:
            result.append([arr, dep, False])
        else:
            result.append([arr + arr_delay, dep + dep_delay, True])
    live = [i for i, call in enumerate(result) if call[2]]
    if live:
        for i in reversed(range(live[0])):
            result[i][1] = min(result[i][1], result[i + 1][0])
            result[i][0] = min(result[i][0], result[i][1])
    for i, call in enumerate(result):
        arr = max([call[0]] + [other[1] for other in result[:i]])
        dep = max(arr, call[1])
        if [arr, dep] != call[:2]:
            result[i] = [arr, dep, True]
    return [tuple(call) for call in result]


def delays_at(i, said, delay_s):
    """Delay of the arrival and of the departure of call ``i``, None where nothing is known."""
    word = said[i]
    if word == NO_DATA:
        return None, None
    before = departure_delay_before(i, said, delay_s)
    arr, dep = word or (None, None)
    if arr is None:
        arr = before if before is not None else dep
    if dep is None:
        dep = arr
    return arr, dep


def departure_delay_before(i, said, delay_s):
    """What a vehicle was late when it left the call before."""
    return delay_s if i == 0 else delays_at(i - 1, said, delay_s)[1]
