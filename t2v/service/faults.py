"""What an exception in a worker means: its kind, and a sentence for the visitor."""

import errno
import logging
import sys

from t2v.errors import RequestError, T2VError
from t2v.service import sentences
from t2v.service.messages import Fault

log = logging.getLogger("t2v.service")


def explain(error: Exception) -> tuple[Fault, str]:
    """-> the kind of a failure, and a sentence for the visitor without a path or a traceback."""
    torch = sys.modules.get("torch")
    if isinstance(error, MemoryError) or (torch and isinstance(error, torch.OutOfMemoryError)):
        return Fault.MEMORY, sentences.OUT_OF_MEMORY
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Fault.DISK, sentences.NO_SPACE
    if isinstance(error, RuntimeError) and ("CUDA error" in str(error) or "device-side assert" in str(error)):
        return Fault.DEVICE, sentences.DEVICE_FAULT
    if isinstance(error, RequestError) and error.field in sentences.FILES:
        return Fault.REFUSED, sentences.FILES[error.field] + error.message.rstrip(".") + "."
    if isinstance(error, T2VError):
        return Fault.REFUSED, str(error)
    log.error("a job failed", exc_info=error)
    return Fault.UNEXPECTED, sentences.UNEXPECTED.format(name=type(error).__name__)
