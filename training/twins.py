"""Classes of subjects that look nearly the same: `classes.json`, {class: [names]}."""

import json
from pathlib import Path

CLASSES = Path(__file__).with_name("classes.json")


def load_twins() -> dict[str, str]:
    """Read the class of each subject that has near twins: {name: class}."""
    if not CLASSES.exists():
        return {}
    classes = json.loads(CLASSES.read_text(encoding="utf-8"))
    return {name: title for title, names in classes.items() for name in names}
