"""The page as an application of Ray Serve, which KubeRay's RayService imports as `t2v.space.ray_page:page`.

One replica starts `t2v serve --ray auto` as a process with a port of its own: visitors' connections and the
queue don't pass through Serve. Serve asks whether the process runs, and starts another replica if it doesn't.
"""

import subprocess
import sys
from contextlib import suppress

from ray import serve

COMMAND = (sys.executable, "-m", "t2v", "serve", "--ray", "auto")  # its options are variables, T2V_…
GRACE = 60.0  # seconds that it has to end in


@serve.deployment(num_replicas=1, graceful_shutdown_timeout_s=GRACE, health_check_period_s=10)
class Page:
    """A replica: the page's process, and whether it runs."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(COMMAND)

    def check_health(self) -> None:
        """RuntimeError once the page has ended."""
        if (code := self._process.poll()) is not None:
            raise RuntimeError(f"the page ended with exit code {code}; its log says why")

    async def __call__(self) -> str:
        """What Serve's own port answers."""
        self.check_health()
        return "running"

    def __del__(self) -> None:
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(GRACE)
        self._process.kill()


page = Page.bind()  # type: ignore[attr-defined]  # Serve's decorator adds it
