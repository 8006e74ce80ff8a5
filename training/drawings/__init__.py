"""Still pictures of everyday things that no emoji shows, drawn by this project for the data set.

DRAWINGS["t2v-bench"]()     # RGBA, 256×256, the same each time
python -m training.drawings --out drawings.png      # all of them, at 256 and at 96 pixels
"""

from collections.abc import Callable

from PIL import Image

from training.drawings import (
    animals,
    birds,
    cooking,
    creatures,
    desk,
    figures,
    food,
    furniture,
    hats,
    home,
    house,
    kitchen,
    music,
    nature,
    plants,
    room,
    small,
    street,
    tools,
    toys,
    travel,
    vehicles,
    wear,
    wild,
    yard,
)
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
    nature.campfire, plants.bush, yard.swing, nature.waterfall, yard.sandcastle, yard.scarecrow,
    nature.tree_stump, nature.haystack, nature.well, yard.swimming_pool, yard.seesaw, yard.trampoline,
    yard.hammock, yard.birdhouse, nature.beehive, nature.iceberg, plants.pine_cone, yard.lawn_mower,
    yard.pitchfork, yard.doghouse, yard.barbecue, nature.wind_turbine, yard.birdcage, nature.cave,
    tools.cannon, tools.drill, tools.dumbbell, tools.pliers, tools.anvil, tools.binoculars,
    desk.eraser, desk.stapler, tools.paint_can, cooking.wine_bottle, cooking.jug, desk.toothpaste,
    cooking.spatula, cooking.whisk, cooking.cauldron, music.harp, music.xylophone, desk.hairbrush,
    desk.sewing_machine, tools.safe, desk.piggy_bank, tools.power_socket, desk.perfume,
    tools.handcuffs, tools.gold_bar, desk.adhesive_tape, desk.button,
    vehicles.tank, vehicles.bulldozer, travel.drone, vehicles.excavator, travel.airship,
    vehicles.dump_truck, travel.unicycle, vehicles.forklift, vehicles.caravan, travel.carriage,
    vehicles.snowmobile, travel.stroller, travel.hang_glider, travel.pirate_ship,
    travel.space_shuttle,
    furniture.fireplace, furniture.chest_of_drawers, furniture.armchair, furniture.chandelier,
    furniture.rocking_chair, home.fishbowl, furniture.cradle, furniture.vending_machine,
    music.gramophone, furniture.ceiling_fan, home.crate, desk.whiteboard,
    animals.seahorse, birds.ostrich, birds.toucan, animals.walrus, animals.goldfish,
    animals.dragonfly, birds.pelican, animals.stingray, birds.hummingbird, birds.puffin,
    animals.orca, birds.rubber_duck, wild.armadillo, animals.narwhal, birds.pigeon,
    birds.seagull, birds.robin, animals.moth, animals.centipede,
    figures.knight, figures.pirate, figures.mummy, figures.gnome, figures.viking, figures.samurai,
    creatures.yeti, figures.gingerbread_man,
    food.cauliflower, food.radish, food.asparagus, food.blackberry, food.pomegranate, food.dragon_fruit,
    food.fig, food.celery, food.artichoke, food.papaya, cooking.ketchup, food.marshmallow,
    hats.cowboy_hat, hats.witch_hat, hats.santa_hat, hats.chef_hat, hats.sombrero, hats.hard_hat,
    hats.party_hat, hats.mittens, hats.earrings, hats.apron, toys.bowling_pin, toys.rubiks_cube,
    hats.moustache, toys.wreath, toys.christmas_bauble, toys.easter_egg, toys.domino, toys.arrow,
    hats.hoodie, hats.suit,
    tools.tire, home.shelf, home.garden_hose, furniture.billiard_table, furniture.bunk_bed, home.picnic_table,
    home.rocking_horse, tools.horseshoe, desk.passport, desk.lighter, desk.glue, home.radiator,
    home.solar_panel,
    music.trombone, music.tuba, music.tambourine, music.harmonica, music.bagpipes,
    wild.chameleon, wild.meerkat, birds.vulture, wild.platypus, animals.swordfish, wild.anteater,
    creatures.pegasus, creatures.werewolf, plants.poppy, plants.orchid, plants.dandelion, plants.bonsai,
)  # fmt: skip
DRAWINGS: dict[str, Callable[[], Image.Image]] = {
    DRAWN + draw.__name__.replace("_", "-"): draw for draw in _ALL
}  # name of the subject's picture in `subjects.json`: what draws it
