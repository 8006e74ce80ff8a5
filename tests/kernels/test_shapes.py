"""A video's shape compiles no kernel anew: its sizes are arguments. Few kernels have several tile sizes.

All that the first video needs is compiled ahead, while its weights are read."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
AHEAD = {"ahead": 48}  # the most kernels that are compiled while weights are read
KNOWN = {"16x256x256": 0}  # frames, width and height of the model's own video; kernels that it needs besides
CLASSES = {"24x512x288": 7, "1x264x200": 6, "8x256x256": 2}  # and these in addition: other tile sizes
OTHERS = dict.fromkeys(("24x576x320", "17x256x256", "16x264x200", "25x1032x568"), 0)


def test_a_new_shape_compiles_no_kernel_anew_and_a_new_class_a_few():
    most = AHEAD | KNOWN | CLASSES | OTHERS
    done = subprocess.run(
        [sys.executable, "-m", "tests.kernels.counting", *KNOWN, *CLASSES, *OTHERS],
        cwd=ROOT,
        env=os.environ | {"TRITON_INTERPRET": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    new = json.loads(done.stdout)
    assert all(len(new[shape]) <= most[shape] for shape in most), new
