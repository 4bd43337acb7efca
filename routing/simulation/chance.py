"""What is left to chance on the road, seeded."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class RoadNoise:
    """How driving differs from the plan. Estimated: no measurement of Sokcho's traffic was found.

    Attributes
    ----------
    drive_sd
        Standard deviation of the logarithm of real over planned driving time.
    late_share
        Share of departures on which the driver leaves late.
    late_mean_s
        How late then, on average, seconds.
    """

    drive_sd: float = 0.10
    late_share: float = 0.05
    late_mean_s: float = 60.0


class Chance:
    """Real driving times, one after the other; the same seed gives the same ones.

    Attributes
    ----------
    noise
        How much is left to chance.
    seed
        Of the generator.
    """

    def __init__(self, noise: RoadNoise, seed: int) -> None:
        self._noise = noise
        self._rng = np.random.default_rng(seed)

    def drive_s(self, planned_s: int) -> int:
        """Seconds from the planned departure to the real arrival."""
        noise, rng = self._noise, self._rng
        factor = rng.lognormal(0.0, noise.drive_sd)
        is_late = rng.random() < noise.late_share
        late_s = rng.exponential(noise.late_mean_s) * is_late
        return round(planned_s * factor + late_s)
