"""Better plans, looked for in the background and proposed like anybody's wish.

Rule: whatever becomes of a search, no booking notices: a plan that is found is checked against
the state of the moment, and dropped where a vehicle has moved on.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from api.live.loop import AreaLoop
from api.live.worker import WorkerProcess, search
from routing.dispatch.commands import ProposePlan
from routing.dispatch.proposal import find_proposal, improvable_plans
from routing.dispatch.rejections import Rejected
from routing.errors import SokchoError

logger = logging.getLogger(__name__)


class Reoptimiser:
    """Looks for better plans in the background and proposes them to the loop.

    Parameters
    ----------
    loop
        The area's loop.
    work
        As `search`; it runs in the worker.
    every_s
        Real seconds between two searches.
    seconds
        Real seconds that one search may take.
    """

    def __init__(
        self,
        loop: AreaLoop,
        work: Callable[..., Any] = search,
        *,
        every_s: float = 5.0,
        seconds: float = 1.0,
    ) -> None:
        self._loop, self._every_s, self._seconds = loop, every_s, seconds
        # a search that overruns this much hangs: start-up of the worker is in it as well
        self.worker = WorkerProcess(work, timeout_s=10 * seconds + 20)
        self._tried: dict[str, Any] = {}
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to search, again and again."""
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Stop searching and end the worker."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self.worker.kill()

    async def improve(self, service_date: str) -> bool:
        """Search once for a better plan of a day; whether one was found and taken over.

        Raises
        ------
        WorkerError
            If the worker gave no result.
        StoreUnavailable
            If the loop takes no commands.
        """
        state = self._loop.committed(service_date)
        network = self._loop.network(service_date)
        before = improvable_plans(state, self._loop.now(service_date), network)
        if not any(len(plan.visits) - plan.n_frozen > 1 for plan in before):
            return False
        arguments = before, network.travel, network.weights, self._seconds, state.version
        proposal = find_proposal(state.version, before, await self.worker.call(*arguments))
        if proposal is None:
            return False
        return await self._propose(service_date, proposal)

    async def _propose(self, service_date: str, proposal: ProposePlan) -> bool:
        outcome = await self._loop.submit(service_date, proposal)
        if isinstance(outcome.decision, Rejected):
            # usual: while it searched, a vehicle moved on
            logger.debug("a better plan was not taken over: %s", outcome.decision.reason)
            return False
        logger.info("a better plan of %s was taken over", service_date)
        return True

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._every_s)
            for service_date in self._dates_to_improve():
                try:
                    await self.improve(service_date)
                except SokchoError as error:
                    logger.warning("no better plan was looked for: %s", error)
                except Exception:  # the next search may do better
                    logger.exception("a search for a better plan failed")

    def _dates_to_improve(self) -> list[str]:
        """Days from today on whose visits have changed since they were last searched."""
        today = self._loop.today()
        dates = [
            date
            for date in self._loop.list_dates()
            if date >= today and self._tried.get(date) is not self._loop.committed(date).changed
        ]
        self._tried = {
            date: self._loop.committed(date).changed
            for date in self._loop.list_dates()
            if date >= today
        }
        return dates
