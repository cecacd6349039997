"""What is shown: one pane for each thing an engineer looks at."""
