"""Still pictures of everyday things that no emoji shows, drawn by this project for the data set.

DRAWINGS["t2v-bench"]()     # RGBA, 256×256, the same each time
python -m training.drawings --out drawings.png      # all of them, at 256 and at 96 pixels
"""

from collections.abc import Callable

from PIL import Image

from training.drawings import house, kitchen, room, small, street, wear
from training.subjects import DRAWN

_ALL = (
    street.fire_hydrant, street.parking_meter, street.bench, street.street_lamp, street.fence,
    street.traffic_cone, street.lighthouse, street.windmill, street.hot_air_balloon, street.submarine,
    kitchen.table, kitchen.microwave, kitchen.oven, kitchen.toaster, kitchen.sink, kitchen.refrigerator,
    kitchen.kettle, kitchen.blender, kitchen.washing_machine,
    house.remote, house.baseball_bat, house.hair_dryer, house.desk, house.table_lamp, house.bookshelf,
    house.vacuum_cleaner, house.iron, house.hanger, house.watering_can, house.wheelbarrow,
    wear.sweater, wear.skirt, wear.belt, wear.bow_tie, wear.towel, wear.whistle,
    room.pillow, room.curtain, room.rug, room.stool, room.wardrobe, room.stairs, room.calculator,
    room.treasure_chest, room.igloo, room.barn, room.pyramid,
    small.shovel, small.rake, small.mop, small.matchstick, small.nail, small.tennis_ball, small.golf_ball,
    small.starfish, small.plum, small.lime, small.raspberry, small.popsicle, small.acorn, small.sausage,
)  # fmt: skip
DRAWINGS: dict[str, Callable[[], Image.Image]] = {
    DRAWN + draw.__name__.replace("_", "-"): draw for draw in _ALL
}  # name of the subject's picture in `subjects.json`: what draws it
