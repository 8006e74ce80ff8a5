"""Explain why a download failed, in a clause with the remedy: the hub's, the network's or the disk's error.

huggingface_hub 1 raises the errors of httpx, 2 those of httpx2, so they are recognised by class name.
Visitors of a Space may read the clauses: they contain no path, and no address but the hub's own.
"""

import errno
import json
import os
import re
import socket
import ssl
from collections.abc import Iterator
from http import HTTPStatus
from urllib.parse import urlsplit

from huggingface_hub import constants
from huggingface_hub.errors import (
    DisabledRepoError,
    EntryNotFoundError,
    FileMetadataError,
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from .hub_cache import elsewhere

DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
KNOWN = (HfHubHTTPError, OfflineModeIsEnabled, FileMetadataError, HFValidationError, json.JSONDecodeError)
NOT_THE_HUB = (
    "the answer is not the hub's: a login page of the network or a proxy may stand before it, "
    "or HF_ENDPOINT names another server"
)
TOKEN_SPELLED = "HF_TOKEN or the saved login holds characters that no token has"
WAITING, REJECTED = "awaiting", "rejected"  # keywords in the hub's answer on a request for access
PROXIES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")
STATUSES = {  # the remedy, where the status alone decides it
    400: "check the model's name and revision",
    404: "check the model's name, and HF_ENDPOINT if it is set",
    407: "the proxy wants a login: write its address as http://user:password@host:port",
    408: "try again",
    410: "the hub has disabled this model",
    416: "try again",
    429: "wait before the next try; with HF_TOKEN the hub allows more",
    451: "the hub has disabled this model",
    511: "log in to this network first",
}


def reason(error: Exception, revision: str | None = None) -> str:
    """Explain an error in a clause about the model or its file, without a full stop."""
    found = cause(error)
    if isinstance(found, HfHubHTTPError):
        return _answer(found, revision)
    if isinstance(found, OfflineModeIsEnabled):
        names = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
        return f"{_first_set(names) or names[0]} is set, so the hub is not asked: unset it to download"
    if isinstance(found, HFValidationError):
        return "its name is not one that the hub allows"
    if isinstance(found, (FileMetadataError, json.JSONDecodeError)):
        return NOT_THE_HUB
    if _named(found, "RequestError", "InvalidURL"):
        return _transport(found)
    if isinstance(found, OSError) and found.errno:
        return _local(found)
    return _other(found)


def cause(error: BaseException) -> BaseException:
    """Return the first known error in the chain of causes, else the error itself."""
    for found in _chain(error):
        if isinstance(found, KNOWN) or _named(found, "RequestError", "InvalidURL"):
            return found
        if isinstance(found, OSError) and found.errno:
            return found
    return error


def final(error: Exception) -> bool:
    """Return whether a second try would fail the same way."""
    found = cause(error)
    if isinstance(found, HfHubHTTPError):
        return found.response.status_code < 500 and found.response.status_code not in (408, 416)
    return isinstance(found, OSError) and bool(found.errno)


def _answer(error: HfHubHTTPError, revision: str | None) -> str:
    """Explain the error answer of the hub, or of a server in front of it."""
    status, said = _status(error), (error.server_message or "").lower()
    if isinstance(error, GatedRepoError):
        return _gated(status, said)
    if error.response.status_code == 401 and _token_sent(error):
        return (
            f"the hub refuses the token ({status}): HF_TOKEN or the saved login is wrong or has expired; "
            "renew it, or remove it, as a public model needs none"
        )
    if isinstance(error, DisabledRepoError):
        return f"the hub has disabled it ({status})"
    if isinstance(error, RevisionNotFoundError):
        return f"it has no revision {revision or constants.DEFAULT_REVISION} on the hub"
    if isinstance(error, RepositoryNotFoundError):
        token = (
            "the token may lack the right to read it"
            if _token_sent(error)
            else "a private model needs HF_TOKEN"
        )
        return f"it was not found on the hub: check its name; {token}"
    if isinstance(error, EntryNotFoundError):
        return f"the hub no longer has it ({status})"
    return f"the hub answered {status}: {_way_out(error)}"


def _gated(status: str, said: str) -> str:
    if WAITING in said:
        return f"the request for access to it still waits for its authors ({status})"
    if REJECTED in said:
        return f"its authors have rejected the request for access ({status})"
    return (
        f"it asks visitors to accept its terms ({status}): do so on its page on the hub, then set HF_TOKEN "
        "to a token of that account"
    )


def _way_out(error: HfHubHTTPError) -> str:
    status = error.response.status_code
    if status == 401:
        return "set HF_TOKEN"
    if status == 403:
        proxy = f"a proxy or firewall{_through_proxy()} may forbid it"
        return f"the token may lack the right to read this model, or {proxy}" if _token_sent(error) else proxy
    return STATUSES.get(status) or ("try again later" if status >= 500 else NOT_THE_HUB)


def _status(error: HfHubHTTPError) -> str:
    """Format the status code, its name, the server's message and the wait it asks for."""
    status, headers = error.response.status_code, error.response.headers
    name = HTTPStatus(status).phrase if status in set(HTTPStatus) else ""
    words = " ".join((error.server_message or "").split())[:200].rstrip(". ")
    redundant = words.lower() in f"{name} {status}".lower() or words.startswith("<")
    text = f"{status} {name}".strip() + ("" if redundant else f", {words}")
    limit = re.search(r"\br=0;\s*t=(\d+)", headers.get("RateLimit", ""))
    wait = limit[1] if limit else headers.get("Retry-After", "")[:40]
    return text + (
        f", asks to wait {wait} s" if wait.isdigit() else f", asks to wait until {wait}" if wait else ""
    )


def _transport(error: BaseException) -> str:
    """Explain why no answer came."""
    if _named(error, "UnsupportedProtocol"):
        return "HF_ENDPOINT is no web address: it must begin with https://"
    if _named(error, "InvalidURL"):
        return f"{_first_set(('HF_ENDPOINT', *PROXIES)) or 'the address'} is no web address"
    if _named(error, "LocalProtocolError"):
        return TOKEN_SPELLED
    if _named(error, "TooManyRedirects", "DecodingError"):
        return NOT_THE_HUB
    if _named(error, "ProxyError"):
        login = (
            STATUSES[407] if "407" in str(error) else "check its address, and whether it lets the hub through"
        )
        return f"the proxy{_through_proxy()} refuses ({_words(error)}): {login}"
    if (
        fault := next((inner for inner in _chain(error) if isinstance(inner, ssl.SSLError)), None)
    ) is not None:
        return _tls(fault)
    if _named(error, "TimeoutException"):
        return f"{_server(error)} does not answer in time{_through_proxy()}: try again"
    if _named(error, "ConnectError"):
        unknown = any(isinstance(inner, socket.gaierror) for inner in _chain(error))
        why = "its name is not known" if unknown else _words(error)
        return f"{_server(error)} can't be reached{_through_proxy()} ({why}): check the connection"
    return f"the connection to {_server(error)} broke off ({_words(error)}): try again"


def _tls(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError) and "valid" in error.verify_message:
        return (
            f"the hub's certificate is out of its time ({error.verify_message}): check this machine's clock"
        )
    if isinstance(error, ssl.SSLCertVerificationError):
        return (
            f"the hub's certificate is not trusted ({error.verify_message}): where a company's proxy reads "
            "the traffic, set SSL_CERT_FILE to a file with its certificate (REQUESTS_CA_BUNDLE is not enough)"
        )
    why = (error.reason or "unknown").replace("_", " ").lower()
    return f"no secure connection could be made ({why}): check HF_ENDPOINT, HTTPS_PROXY and SSL_CERT_FILE"


def _local(error: OSError) -> str:
    """Explain an error of the disk, or of a file that a variable names."""
    said = os.strerror(error.errno) if error.errno else "unknown error"
    if error.errno == errno.EEXIST:
        said = "a file is in its place"
    certificates = os.environ.get("SSL_CERT_FILE")
    if isinstance(error, ssl.SSLError) or (certificates and not os.path.isfile(certificates)):
        return "SSL_CERT_FILE names no file of certificates"
    if error.errno in DISK_FULL:
        way = elsewhere("a folder on another disk")
        return f"the disk of the hub's cache can't take it ({said}): free some space, or {way}"
    folder = "a shorter path" if error.errno == errno.ENAMETOOLONG else "a folder that you can write"
    return f"the hub's cache or saved login can't be read or written ({said}): {elsewhere(folder)}"


def _other(error: BaseException) -> str:
    text = str(error)
    if isinstance(error, ImportError) and "socks" in text.lower():
        return f'the SOCKS proxy{_through_proxy()} needs the package socksio: pip install "httpx[socks]"'
    if isinstance(error, UnicodeEncodeError):
        return TOKEN_SPELLED
    if "proxy" in text.lower():
        return f"a proxy's address ({_first_set(PROXIES)}) is no web address"
    if numbered := re.search(r"os error (\d+)", text):  # hf_xet's way to hand on what the disk said
        return _local(OSError(int(numbered[1]), ""))
    if "xet" in text.lower():
        return "its transfer by hf_xet failed: HF_HUB_DISABLE_XET=1 does without"
    if isinstance(error, OSError) and "consistency" in text.lower():
        return "its size is not the hub's: the connection broke off, or a login page came instead"
    return f"its download failed ({type(error).__name__})"


def _server(error: BaseException) -> str:
    """Name the server that was asked: the hub, or the one that holds its files."""
    request = getattr(error, "_request", None)
    host = request.url.host if request else ""
    if host.endswith((".huggingface.co", ".hf.co")):
        return f"{host}, which holds the hub's files,"
    return "the hub that HF_ENDPOINT names" if "HF_ENDPOINT" in os.environ else "the hub"


def _token_sent(error: HfHubHTTPError) -> bool:
    return "authorization" in error.response.request.headers


def _through_proxy() -> str:
    """Return the variable that sets the proxy for the hub, in brackets; "" without one."""
    scheme = urlsplit(constants.ENDPOINT).scheme or "https"
    name = _first_set([proxy for proxy in PROXIES if proxy.lower() in (f"{scheme}_proxy", "all_proxy")])
    return f" ({name})" if name else ""


def _first_set(names: tuple[str, ...] | list[str]) -> str:
    return next((name for name in names if os.environ.get(name)), "")


def _words(error: BaseException) -> str:
    """Return the first line of the error's message, without the system's error number."""
    return re.sub(r"^\[.*?\]\s*", "", str(error)).split("\n")[0][:100].rstrip(".") or type(error).__name__


def _named(error: BaseException, *names: str) -> bool:
    """Return whether an error's class, or a base class of it, has one of these names."""
    return any(kind.__name__ in names for kind in type(error).__mro__)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
