"""What is known now: a fold over changes, with the indexes, the history and the views that panes need."""

from sources.world.history import History
from sources.world.tables import Fold, Table
from sources.world.world import FeedState, Frame, World

__all__ = ["FeedState", "Fold", "Frame", "History", "Table", "World"]
