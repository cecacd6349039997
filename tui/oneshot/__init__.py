"""The commands without a screen: the same data, printed once, for pipes, scripts and quick looks."""
