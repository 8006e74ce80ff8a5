"""The version of t2v, which also stands in every video that it makes."""

VERSION = "0.1.0"
