"""The address at which the page listens: its host, a free port there, the link to it."""

import errno
import socket
from collections.abc import Iterable, Mapping
from contextlib import suppress
from ipaddress import ip_address

from t2v.errors import UsageError
from t2v.space import strings

LOOPBACK = "127.0.0.1"
EVERYWHERE = {"0.0.0.0": "localhost", "::": "[::1]"}  # where this machine itself reaches such a host


class LaunchError(UsageError):
    """A sentence why the page can't start. `option` names the option that it is about, if one is."""

    def __init__(self, sentence: str, option: str = ""):
        super().__init__(sentence, option)
        self.sentence, self.option = sentence, option

    def __str__(self) -> str:
        return self.naming({})

    def naming(self, origins: Mapping[str, str]) -> str:
        """The sentence, behind the flag or variable that the option's value came from."""
        where = origins.get(self.option, f"--{self.option.replace('_', '-')}")
        sentence = self.sentence.replace(f"--{self.option.replace('_', '-')}", where)
        return f"{where}: {sentence}" if self.option else self.sentence


def bare(host: str) -> str:
    """ "[::1]" -> "::1"; "localhost" and "" -> 127.0.0.1, since not every machine has IPv6."""
    host = host.strip().removeprefix("[").removesuffix("]")
    return LOOPBACK if host in ("", "localhost") else host


def is_local(host: str) -> bool:
    """Return whether only this machine reaches a bare host."""
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return False


def bracketed(host: str) -> str:
    """ "::1" -> "[::1]", as in an address line."""
    return f"[{host}]" if ":" in host else host


def link(host: str, port: int) -> str:
    return f"http://{EVERYWHERE.get(host) or bracketed(host)}:{port}/"


def outside(host: str, port: int) -> str:
    """The link for other machines of the network, where the page listens everywhere; "" if there is none."""
    if host not in EVERYWHERE:
        return ""
    family, far = (socket.AF_INET6, "2001:db8::1") if ":" in host else (socket.AF_INET, "192.0.2.1")
    with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.connect((far, 9))  # nothing is sent: it only chooses the interface
        own = probe.getsockname()[0]
        return "" if own in (LOOPBACK, "::1") else link(own, port)
    return ""


def free_port(host: str, ports: Iterable[int]) -> int:
    """The first of `ports` at which `host` can listen; LaunchError where there is none. 0 stands for any."""
    tried = []
    for port in ports:
        try:
            return _bind(host, port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise _why(host, port, error) from None
            tried.append(port)
        except UnicodeError:  # no host name can look like that
            raise LaunchError(strings.HOST_UNKNOWN.format(host=host), "host") from None
    if len(tried) == 1:
        raise LaunchError(strings.PORT_TAKEN.format(port=tried[0]), "port")
    raise LaunchError(strings.PORTS_TAKEN.format(first=tried[0], last=tried[-1]), "port")


def _bind(host: str, port: int) -> int:
    """Bind every address of `host` and let go. Gradio asks for the loopback's port as well."""
    for name in dict.fromkeys((host, LOOPBACK)):
        for family, kind, protocol, _, address in socket.getaddrinfo(name, port, type=socket.SOCK_STREAM):
            with socket.socket(family, kind, protocol) as listener:
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if family == socket.AF_INET6:
                    listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                listener.bind(address)
                port = port or listener.getsockname()[1]
    return port


def _why(host: str, port: int, error: OSError) -> LaunchError:
    if isinstance(error, socket.gaierror):
        return LaunchError(strings.HOST_UNKNOWN.format(host=host), "host")
    if error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
        return LaunchError(strings.HOST_ELSEWHERE.format(host=host), "host")
    if error.errno in (errno.EACCES, errno.EPERM):
        return LaunchError(strings.PORT_FORBIDDEN.format(port=port), "port")
    reason = error.strerror or error
    return LaunchError(strings.LISTENING_FAILED.format(link=link(host, port), reason=reason), "port")
