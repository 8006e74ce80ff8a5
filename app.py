"""The Space's entry point: `python app.py`, here and on Hugging Face."""

if __name__ == "__main__":  # worker processes import this file too, and need nothing of it
    from t2v.space.launch import main

    main()
