"""`--dry-run`: say how many videos would be made, and what they take."""

import json
from dataclasses import asdict

from t2v.amounts import amounts, in_words
from t2v.measures import counted, duration
from t2v.resume import Model
from t2v.streams import say
from t2v.ways import Order


def dry_run(order: Order) -> None:
    """Say what an order would make and take, in words or as a line of JSON; make nothing."""
    missing = order.missing(dry=True)
    there = len(order.items) - len(missing)
    if not missing:
        none = f"0 videos to make, {there} are there"
        say(json.dumps({"kept": there, "videos": 0}) if order.as_json else none)
        return
    native = Model.of(order.chosen.get("model")).native
    complete = [order.items[place].complete(native) for place in missing]
    suffixes = [order.targets[place].path.suffix.lower() for place in missing]
    found = amounts(complete, suffixes, order.chosen, native)
    if order.as_json:
        say(json.dumps({"kept": there} | asdict(found)))
        return
    kept = f", {there} are there" if there else ""
    first = f"{counted(found.videos, 'video')} to make{kept}"
    say("\n".join([first, *in_words(found), duration(found.seconds)]))
