"""The Space's entry point: `python app.py`, here and on Hugging Face."""

if __name__ == "__main__":  # worker processes import this file too, and need nothing of it
    import signal
    import sys

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # process 1 of a container would ignore it
    from t2v.space.launch import main

    sys.exit(main())
