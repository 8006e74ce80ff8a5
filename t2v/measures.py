"""Times, sizes and counts in words; texts made short."""


def duration(seconds: float) -> str:
    """Return rounded words: "about 2 s", "about 58 min", "about 3.4 h" or "about 5 days"."""
    if seconds < 90:
        return f"about {max(1, round(seconds))} s"
    if seconds < 5400:
        return f"about {round(seconds / 60)} min"
    if seconds < 48 * 3600:
        return f"about {seconds / 3600:.1f} h"
    return f"about {round(seconds / 86400)} days"


def counted(number: int, thing: str) -> str:
    """Return "1 frame" or "16 frames"."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def size(bytes: float) -> str:
    """Return "183 MB" or "1.2 GB", of 10⁶ and 10⁹ bytes."""
    return f"{bytes / 1e9:.1f} GB" if bytes >= 1e9 else f"{max(1, round(bytes / 1e6))} MB"


def shortened(text: str, letters: int = 40) -> str:
    """Return a text of at most so many letters, with "…" at the end of one that was longer."""
    return text if len(text) <= letters else f"{text[: letters - 1].rstrip()}…"
