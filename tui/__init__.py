"""topmast's screen and command line: everything that draws and listens."""
