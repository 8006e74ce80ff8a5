"""How near to the original ffmpeg's scalers come: the embedded model's frames, shrunk by 2 and enlarged."""

import numpy as np
from PIL import Image

from t2v import TextToVideo
from t2v.enlarging import METHODS, enlarged

PROMPTS = (
    "a panda on a green background",
    "a rocket on a blue background",
    "a fox moving left on a yellow background",
    "a whale",
)


def nearness(frames: np.ndarray, method: str) -> float:
    """frames uint8 (f 2h 2w 3) -> dB to themselves, shrunk by the mean of 2×2 pixels and enlarged again"""
    height, width = (side // 2 for side in frames.shape[1:3])
    small = np.stack(
        [np.asarray(Image.fromarray(f).resize((width, height), Image.Resampling.BOX)) for f in frames]
    )
    error = np.square(enlarged(small, 2, method).astype(float) - frames).mean()
    return float(10 * np.log10(255**2 / error))


def main() -> None:
    """Print a line for each method."""
    pipe = TextToVideo.from_pretrained("emoji")
    videos = [pipe(prompt, seed=7).frames[::4] for prompt in PROMPTS]
    for method in METHODS:
        found = [nearness(frames, method) for frames in videos]
        print(f"{method:<9} {np.mean(found):.2f} dB  ({', '.join(f'{each:.1f}' for each in found)})")


if __name__ == "__main__":
    main()
