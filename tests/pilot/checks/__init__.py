"""What each action does on the screen: one check for each, in the rooms of `tui/actions`."""
