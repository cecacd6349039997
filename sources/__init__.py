"""topmast's data plane: everything that fetches, decodes, stores and reasons; usable as a library."""
