"""Outputs under the module name of version 0.1, for programs that import it from here."""

from t2v.service.outputs import NoSpace, Outputs, Record

__all__ = ["NoSpace", "Outputs", "Record"]
