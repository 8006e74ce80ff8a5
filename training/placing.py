"""Where the subjects of a content stand, and how large they are: the layers of its clip."""

import numpy as np

from training import layout
from training.compose import DIRECTIONS, LAYERS, MOTIONS, SIZES, TRAVEL
from training.content import Content, Entity
from training.phrases import TINTS

SCENE_TRAVEL = 0.15  # of a subject among others
SCENE_MOVING = 0.92  # size of what moves along, of its box


def layers_of(content: Content, left_open: np.ndarray, aspect: float) -> tuple[list, ...]:
    """The layers of one clip, LAYERS each: subject, tint, motion, x, y, size, travel.

    left_open (OPEN): the quantiles of the numbers that the caption leaves open.
    """
    _, x, y, size = left_open.tolist()
    alone = len(content.entities) == 1 and content.entities[0].count == 1
    if alone:
        drawn = [_single(content.entities[0], x, y, size)]
    else:
        drawn = _scene_layers(content, x, y, size, aspect)
    empty = (-1, (0.0, 0.0, 0.0, 0.0), 0, 0.0, 0.0, 1.0, 0.0)
    return tuple(zip(*(drawn + [empty] * (LAYERS - len(drawn)))[:LAYERS], strict=True))


def _single(entity: Entity, x: float, y: float, size: float) -> tuple:
    """The layer of a subject that is alone, about the middle of the frame."""
    motion, way = entity.motion, DIRECTIONS.get(entity.motion, (0, 0))
    largest = SIZES[MOTIONS.index(motion)] * (0.84 + 0.26 * size if motion == "still" else 0.87 + 0.13 * size)
    room = {"growing": 0.03, "shrinking": 0.03, "still": 0.11, "spinning": 0.11}.get(motion, 0.14)
    place = ((2 * u - 1) * (0.02 if moves else room) for u, moves in zip((x, y), way, strict=True))
    return entity.subject, _tint(entity), MOTIONS.index(motion), *place, largest, TRAVEL


def _scene_layers(content: Content, x: float, y: float, size: float, aspect: float) -> list[tuple]:
    """The layers of several subjects, in the order in which they are drawn."""
    entities, drawn = content.entities, []
    places = layout.boxes(content.relation, len(entities), aspect)
    for i in layout.order(content.relation, len(entities)):
        entity = entities[i]
        for box in layout.group(places[i], entity.count, aspect) if entity.count > 1 else [places[i]]:
            centre_x, centre_y, full = layout.placed(box, aspect)
            full *= (SCENE_MOVING if entity.motion in DIRECTIONS else 1.0) * (0.9 + 0.1 * size)
            place = (centre_x + 0.04 * (2 * x - 1), centre_y + 0.04 * (2 * y - 1))
            drawn.append(
                (entity.subject, _tint(entity), MOTIONS.index(entity.motion), *place, full, SCENE_TRAVEL)
            )
    return drawn


def _tint(entity: Entity) -> tuple[float, ...]:
    return (*(value / 255 for value in TINTS[entity.tint]), 1.0) if entity.tint else (0.0, 0.0, 0.0, 0.0)
