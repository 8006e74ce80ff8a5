"""`python -m t2v.space` serves the page, as `t2v serve` does."""

import sys

from t2v.space.launch import main

if __name__ == "__main__":  # worker processes import this file too
    sys.exit(main(prog="python -m t2v.space"))
