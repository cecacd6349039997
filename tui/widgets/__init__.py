"""Widgets that draw lines economically; they know nothing of what the lines mean."""
