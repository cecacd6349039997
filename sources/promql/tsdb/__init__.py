"""A storage in memory for samples of our own: a ring bounded by age and by memory, and a fixed set of series."""

from sources.promql.tsdb.fixed import FixedStorage
from sources.promql.tsdb.ring import Appended, Full, Ring

__all__ = ["Appended", "FixedStorage", "Full", "Ring"]
