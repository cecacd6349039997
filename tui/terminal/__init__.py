"""Everything about the terminal itself: environment, signals, crashes, clipboard, backlog.

Nothing is imported here: `environment` must be loadable before the toolkit, whose settings are read at its
import.
"""
