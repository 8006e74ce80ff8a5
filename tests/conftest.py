"""For all tests: one thread a process. The networks are tiny, and tests run side by side."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # read when torch is first imported; child processes inherit it
