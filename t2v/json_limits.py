"""JSON of a request, parsed within limits of size and depth; links are bounded by the same size."""

import json
import re
from itertools import accumulate
from typing import Any

from t2v.errors import RequestError

MAX_JSON = 64 * 1024  # characters, far above the longest valid request
MAX_DEPTH = 32  # of brackets: a limit of our own, as Python's differs between versions
STRING = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)  # an unclosed one runs to the text's end


def parse_json(text: str | bytes) -> Any:
    """Parse a JSON text of at most MAX_JSON characters; RequestError says what is wrong with it."""
    if len(text) > MAX_JSON:
        raise RequestError("request", f"must be at most {MAX_JSON:,} characters of JSON")
    try:
        text = text if isinstance(text, str) else text.decode(json.detect_encoding(text), "surrogatepass")
        if depth(text) > MAX_DEPTH:
            raise RequestError("request", "the JSON is nested too deeply")
        return json.loads(text.removeprefix("\ufeff"))
    except RequestError:
        raise
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise RequestError("request", f"is not valid JSON: {place}") from None
    except ValueError:  # bytes that aren't UTF-8, an integer of thousands of digits
        raise RequestError("request", "is not valid JSON") from None


def depth(text: str) -> int:
    """Return the nesting depth of the brackets in a JSON text; brackets within its strings don't count."""
    brackets = re.findall(r"[][{}]", STRING.sub("", text))
    return max(accumulate(1 if bracket in "[{" else -1 for bracket in brackets), default=0)
