"""Errors of `/v1` in OpenAI's shape: a status, a sentence, the field that is wrong, a code for programs."""

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse

from t2v.errors import RequestError
from t2v.service.api_videos import KeyReused
from t2v.service.limits import QueueFull, VisitorFull
from t2v.service.outputs import NoSpace
from t2v.service.store import StoreError
from t2v.space import strings

RETRY = 5  # seconds until a full queue may have a place
KINDS = {401: "authentication_error", 429: "rate_limit_error"}  # others are wrong requests, or the server's
CODES = {400: "invalid_value", 404: "not_found", 405: "method_not_allowed", 413: "too_large"}
TEXTS = {404: strings.V1_UNKNOWN, 405: strings.V1_METHOD}


class ApiError(Exception):
    """What `/v1` answers instead of what was asked for."""

    def __init__(self, status: int, message: str, code: str | None = None, field: str | None = None):
        super().__init__(status, message)
        self.status, self.message, self.code, self.field = status, message, code or CODES.get(status), field

    def answer(self) -> JSONResponse:
        """The HTTP answer."""
        kind = KINDS.get(self.status, "server_error" if self.status >= 500 else "invalid_request_error")
        error = {"message": self.message, "type": kind, "param": self.field, "code": self.code}
        headers = {"WWW-Authenticate": "Bearer"} if self.status == 401 else {}
        if self.status in (429, 503):
            headers["Retry-After"] = str(RETRY)
        return JSONResponse({"error": error}, self.status, headers)


def from_refusal(error: Exception) -> ApiError:
    """The answer for what the service refuses."""
    match error:
        case ApiError():
            return error
        case RequestError(field="model"):
            return ApiError(404, str(error), "model_not_found", "model")
        case RequestError(field=field):
            return ApiError(400, str(error), field=field)
        case VisitorFull():
            return ApiError(429, str(error), "rate_limit_exceeded")
        case KeyReused():
            return ApiError(422, str(error), "idempotency_key_reused")
        case ClientDisconnect():
            return ApiError(400, strings.V1_BODY, "disconnected")
        case QueueFull() | NoSpace() | StoreError():
            return ApiError(503, str(error), "unavailable")
    return ApiError(500, strings.V1_BROKEN, "internal_error")


async def shown(request: Request, error: Exception) -> JSONResponse:
    """Answer any exception of a route, those of starlette among them."""
    if isinstance(error, HTTPException):
        text = TEXTS.get(error.status_code, str(error.detail))
        answer = ApiError(error.status_code, text).answer()
        answer.headers.update(error.headers or {})
        return answer
    return from_refusal(error).answer()
