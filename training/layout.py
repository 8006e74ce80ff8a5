"""Where the subjects of a scene stand: each has a box of the frame, by its place in the caption.

Boxes are (left, top, right, bottom) in 0…1 of the frame. What stands beside something else is in the order of
reading; of three the middle one is higher, unless the frame is wide. In a frame that is about square the
boxes of two or three overlap a little, as emoji hardly reach the corners of theirs: small ones lose details.
"""

RELATIONS = ("left of", "right of", "above", "below", "in front of", "behind", "next to")
AND = "and"
FULL = 1.0  # of a box's shorter side
HALF, THIRD = 0.56, 0.54  # sides of the boxes of two and of three in a frame that is about square
WIDE = 1.5  # width over height
FRONT, BACK = (0.08, 0.38, 0.64, 0.94), (0.3, 0.08, 0.94, 0.72)

Box = tuple[float, float, float, float]
WHOLE: Box = (0.0, 0.0, 1.0, 1.0)


def boxes(relation: str, count: int, aspect: float) -> list[Box]:
    """The boxes of one, two or three subjects in the caption's order; `aspect`: width over height."""
    if count == 1:
        return [WHOLE]
    if count == 3:
        return _triangle(WHOLE, THIRD) if _square(aspect) else group(WHOLE, 3, aspect)
    if relation in ("above", "below"):
        upper, lower = _rows(WHOLE, 2, HALF if _square(aspect) else 0.5)
        return [upper, lower] if relation == "above" else [lower, upper]
    if relation in ("in front of", "behind"):
        return [FRONT, BACK] if relation == "in front of" else [BACK, FRONT]
    left, right = _columns(WHOLE, 2, HALF if _square(aspect) else 0.5)
    return [right, left] if relation == "right of" else [left, right]


def order(relation: str, count: int) -> list[int]:
    """The order in which the subjects are drawn."""
    return [1, 0] if relation == "in front of" else list(range(count))


def group(box: Box, count: int, aspect: float) -> list[Box]:
    """Divide a box among `count` of a kind: a row, a column, or of three the middle one higher."""
    left, top, right, bottom = box
    long = aspect * (right - left) / (bottom - top)  # the box's own
    if count == 3 and _square(long):
        return _triangle(box, 1 / 2)
    return _columns(box, count, 1 / count) if long >= 1 else _rows(box, count, 1 / count)


def placed(box: Box, aspect: float) -> tuple[float, float, float]:
    """The centre of a box in −1…1 and the size of an emoji that fills it, of the frame's shorter side."""
    left, top, right, bottom = box
    sides = (right - left) * max(1.0, aspect), (bottom - top) * max(1.0, 1 / aspect)
    return left + right - 1, top + bottom - 1, FULL * min(sides)


def _square(aspect: float) -> bool:
    return 1 / WIDE < aspect < WIDE


def _columns(box: Box, count: int, share: float) -> list[Box]:
    """`count` boxes from left to right, each `share` of the width."""
    left, top, right, bottom = box
    return [(a, top, b, bottom) for a, b in _along(left, right, count, share)]


def _rows(box: Box, count: int, share: float) -> list[Box]:
    """`count` boxes from above to below, each `share` of the height."""
    left, top, right, bottom = box
    return [(left, a, right, b) for a, b in _along(top, bottom, count, share)]


def _triangle(box: Box, share: float) -> list[Box]:
    """Three boxes, the middle one higher, each `share` of both sides."""
    left, top, right, bottom = box
    (upper, lower), columns = _along(top, bottom, 2, share), _along(left, right, 3, share)
    rows = (lower, upper, lower)
    return [(a, row[0], b, row[1]) for (a, b), row in zip(columns, rows, strict=True)]


def _along(start: float, end: float, count: int, share: float) -> list[tuple[float, float]]:
    """`count` parts of a side, each `share` of it, evenly from its start to its end."""
    length = share * (end - start)
    step = (end - start - length) / (count - 1)
    return [(start + i * step, start + i * step + length) for i in range(count)]
