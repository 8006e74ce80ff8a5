"""Larger frames: twice the pixels of a side, by ffmpeg's scaler, for videos without a second model."""

import numpy as np

from t2v import ffmpeg

GRAPH = "format=gbrp,scale={width}:{height}:flags={method}+accurate_rnd+full_chroma_int"
METHOD = "lanczos"  # of these methods the one nearest to the original: benchmarks/enlarging.py
METHODS = ("bilinear", "bicubic", "lanczos", "spline", "sinc")


def enlarged(frames: np.ndarray, times: int = 2, method: str = METHOD) -> np.ndarray:
    """frames uint8 (f h w 3) -> uint8 (f times·h times·w 3); VideoError where ffmpeg fails."""
    height, width = (side * times for side in frames.shape[1:3])
    graph = GRAPH.format(width=width, height=height, method=method)
    return ffmpeg.filtered(frames, 1, graph, (width, height))
