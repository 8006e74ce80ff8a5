"""Consistency models: networks distilled to predict, at any time, where their teacher's way ends."""

import math
from dataclasses import dataclass

import numpy as np

DATA_DEVIATION = 0.5  # of the data, in the boundary condition of the latent consistency models


@dataclass(frozen=True)
class Consistency:
    """How a network was distilled. The defaults are those of diffusers' LCMScheduler.

    `scaling` multiplies the time in the boundary condition. `points`: steps of the teacher, at whose times
    the network was trained. `even` spreads the times of few steps evenly over them; without it every k-th is
    taken, from the noisiest, as T2V-Turbo does. Raises ValueError, which names diffusers' key.
    """

    scaling: float = 10.0
    points: int = 50
    even: bool = True

    def __post_init__(self) -> None:
        if type(self.scaling) not in (int, float) or not 0 < self.scaling < 1e6:
            raise ValueError(
                f"timestep_scaling: {self.scaling!r} is not supported; right is a number above 0"
            )
        if type(self.points) is not int or not 1 <= self.points <= 1000:
            right = "a whole number from 1 to 1000"
            raise ValueError(f"original_inference_steps: {self.points!r} is not supported; right is {right}")

    def most_steps(self, train_steps: int) -> int:
        """Return the number of times at which a network of so many training steps can be called."""
        return min(self.points, train_steps)

    def times(self, steps: int, train_steps: int, strength: float = 1.0) -> list[float]:
        """List the times of `steps` steps, the noisiest first, of the cleaner share `strength` of all.

        Raises ValueError for steps outside 1 … `most_steps`. A share with fewer points takes each once.
        """
        most = self.most_steps(train_steps)
        if not 1 <= steps <= most:
            raise ValueError(f"steps: {steps} is outside 1 to {most}")
        count = int(most * strength)
        points = [train_steps // most * i - 1.0 for i in range(count, 0, -1)]
        steps = min(steps, count)
        if self.even:
            return [points[int(i)] for i in np.linspace(0, count, steps, endpoint=False)]
        return points[:: count // steps][:steps] if steps else []

    def boundary(self, time: float) -> tuple[float, float]:
        """-> the shares of x and x0 in the prediction, which at time 0 is x (Luo et al. 2023, eq. 9)"""
        scaled = self.scaling * time
        variance = scaled**2 + DATA_DEVIATION**2
        return DATA_DEVIATION**2 / variance, scaled / math.sqrt(variance)


USUAL = Consistency()
