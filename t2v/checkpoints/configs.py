"""A model's JSON configs, read with bounds: every error names the file and the key."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from t2v.texts import TextError, decode

from .errors import CheckpointError
from .incomplete_downloads import stand_in

MAX_JSON = 1_000_000  # bytes
MAX_LEVELS = 8  # of a network, so values in a list


class Config:
    """A JSON object; `where` names its file in errors."""

    def __init__(self, values: dict[str, Any], where: str):
        self.values, self.where = values, where

    @classmethod
    def read(cls, path: Path, limit: int = MAX_JSON) -> "Config":
        """Read the object in a JSON file of at most `limit` bytes."""
        where = f"{path.parent.name}/{path.name}" if path.name == "config.json" else path.name
        if not path.is_file():
            raise CheckpointError(f"{where} is missing.")
        if path.stat().st_size > limit:
            raise CheckpointError(f"{where} is {path.stat().st_size:,} bytes long: too large for a config.")
        try:
            data = path.read_bytes()
        except OSError as error:
            raise CheckpointError(f"{where} can't be read: {error.strerror}.") from None
        if why := stand_in(data):
            raise CheckpointError(f"{where} {why}")
        try:
            values = json.loads(decode(data))
        except TextError as error:
            raise CheckpointError(f"{where} {error}.") from None
        except json.JSONDecodeError as error:
            raise CheckpointError(
                f"{where} is not valid JSON: line {error.lineno}, {error.msg.lower()}."
            ) from None
        except (RecursionError, ValueError):
            raise CheckpointError(f"{where} is not valid JSON.") from None
        if not isinstance(values, dict):
            raise CheckpointError(f"{where} must hold a JSON object.")
        return cls(values, where)

    def fail(self, key: str, value: Any, right: str) -> CheckpointError:
        """Build the error for a value that can't be used."""
        return CheckpointError(f"{self.where}: {key} is {json.dumps(value)[:60]}; it must be {right}.")

    def section(self, key: str) -> "Config":
        """Return the object under `key`."""
        if not isinstance(self.values.get(key), dict):
            raise CheckpointError(f"{self.where} has no object {key}.")
        return Config(self.values[key], self.where)

    def get(self, key: str, default: Any = None) -> Any:
        """Return the plain value, or `default` where the key is missing or null."""
        value = self.values.get(key)
        return default if value is None else value

    def whole(self, key: str, low: int, high: int, default: int | None = None) -> int:
        """Return a whole number from `low` to `high`."""
        return self._whole(key, self.get(key, default), low, high)

    def wholes(
        self, key: str, low: int, high: int, default: tuple[int, ...] | None = None
    ) -> tuple[int, ...]:
        """Return 1 to MAX_LEVELS whole numbers from `low` to `high`."""
        values = self.items(key, default)
        return tuple(self._whole(f"{key}[{i}]", value, low, high) for i, value in enumerate(values))

    def items(self, key: str, default: Sequence[Any] | None = None) -> list[Any]:
        """Return a list of 1 to MAX_LEVELS values, each for a level of a network."""
        values = self.get(key, default)
        if not isinstance(values, (list, tuple)) or not 1 <= len(values) <= MAX_LEVELS:
            raise self.fail(key, values, f"a list of 1 to {MAX_LEVELS} values")
        return list(values)

    def number(self, key: str, low: float, high: float, default: float) -> float:
        """Return a number from `low` to `high`."""
        value = self.get(key, default)
        if type(value) not in (int, float) or not low <= value <= high:
            raise self.fail(key, value, f"a number from {low} to {high}")
        return float(value)

    def only(self, **expected: Any) -> None:
        """Refuse what our networks don't do: a given key must have its expected value, or one of several."""
        for key, right in expected.items():
            choices = right if isinstance(right, tuple) else (right,)
            if (value := self.get(key, choices[0])) not in choices:
                raise self.fail(key, value, " or ".join(map(json.dumps, choices)))

    def _whole(self, key: str, value: Any, low: int, high: int) -> int:
        if type(value) is not int or not low <= value <= high:
            raise self.fail(key, value, f"a whole number from {low} to {high}")
        return value
