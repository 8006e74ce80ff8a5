"""Where the subjects of a scene stand: each has a box of the frame, by its place in the caption.

Boxes are (left, top, right, bottom) in 0…1 of the frame. What stands beside something else is in the order of
reading; of three the middle one is higher, unless the frame is wide.
"""

from itertools import accumulate

RELATIONS = ("left of", "right of", "above", "below", "in front of", "behind", "next to")
AND = "and"
FULL = 0.92  # of a box's shorter side
WIDE = 1.5  # width over height
FRONT, BACK = (0.08, 0.38, 0.64, 0.94), (0.3, 0.08, 0.94, 0.72)

Box = tuple[float, float, float, float]
WHOLE: Box = (0.0, 0.0, 1.0, 1.0)


def boxes(relation: str, count: int, aspect: float) -> list[Box]:
    """The boxes of one, two or three subjects in the caption's order; `aspect`: width over height."""
    if count == 1:
        return [WHOLE]
    if count == 3:
        return group(WHOLE, 3, aspect)
    if relation in ("above", "below"):
        upper, lower = _rows(WHOLE, 2)
        return [upper, lower] if relation == "above" else [lower, upper]
    if relation in ("in front of", "behind"):
        return [FRONT, BACK] if relation == "in front of" else [BACK, FRONT]
    left, right = _columns(WHOLE, 2)
    return [right, left] if relation == "right of" else [left, right]


def order(relation: str, count: int) -> list[int]:
    """The order in which the subjects are drawn."""
    return [1, 0] if relation == "in front of" else list(range(count))


def group(box: Box, count: int, aspect: float) -> list[Box]:
    """Divide a box among `count` of a kind: a row, a column, or of three the middle one higher."""
    left, top, right, bottom = box
    long = aspect * (right - left) / (bottom - top)  # the box's own
    if count == 3 and 1 / WIDE < long < WIDE:
        w, h = (right - left) / 2, (bottom - top) / 2
        corners = ((left, top + h), (left + w / 2, top), (left + w, top + h))
        return [(x, y, x + w, y + h) for x, y in corners]
    return _columns(box, count) if long >= 1 else _rows(box, count)


def placed(box: Box, aspect: float) -> tuple[float, float, float]:
    """The centre of a box in −1…1 and the size of an emoji that fills it, of the frame's shorter side."""
    left, top, right, bottom = box
    sides = (right - left) * max(1.0, aspect), (bottom - top) * max(1.0, 1 / aspect)
    return left + right - 1, top + bottom - 1, FULL * min(sides)


def _columns(box: Box, count: int) -> list[Box]:
    left, top, right, bottom = box
    edges = list(accumulate([(right - left) / count] * count, initial=left))
    return [(a, top, b, bottom) for a, b in zip(edges, edges[1:], strict=False)]


def _rows(box: Box, count: int) -> list[Box]:
    left, top, right, bottom = box
    edges = list(accumulate([(bottom - top) / count] * count, initial=top))
    return [(left, a, right, b) for a, b in zip(edges, edges[1:], strict=False)]
