"""Frames between the frames: motion interpolation by ffmpeg, for videos of few frames a second."""

from math import gcd

import numpy as np

from t2v import ffmpeg

LEAST = 32  # pixels of a side that `minterpolate` takes
SMOOTH = 24  # frames a second, the cinema's
MOTION = "mi_mode=mci:mc_mode=aobmc:me_mode=bidir:vsbmc=1"
GRAPH = f"scale=out_range=pc:{ffmpeg.EXACT},format=yuv444p,minterpolate=fps={{fps}}:{MOTION}"


def interpolated(frames: np.ndarray, fps: int, to: int = SMOOTH) -> np.ndarray:
    """frames uint8 (f h w 3) at `fps` -> uint8 (round(f·to/fps) h w 3) at `to`, of the same duration

    A frame that has its time in both stays as it is. At `to` up to `fps`, the frames come back unchanged.
    VideoError where ffmpeg has no `minterpolate` or fails.
    """
    if to <= fps:
        return frames
    wanted = round(len(frames) * to / fps)
    lead = fps // gcd(fps, to)  # frames before the first, so that its time is one of the finer ones as well
    height, width = frames.shape[1:3]
    more = ((lead, 2), (0, max(0, LEAST - height)), (0, max(0, LEAST - width)), (0, 0))
    finer = ffmpeg.filtered(np.pad(frames, more, mode="edge"), fps, GRAPH.format(fps=to))
    finer = finer[lead * to // fps :][:wanted, :height, :width]
    finer = np.concatenate([finer, frames[-1:].repeat(wanted - len(finer), 0)])
    if to % fps == 0:
        finer[:: to // fps] = frames
    return finer
