"""Everything that goes wrong between topmast and the servers: the list, a proxy that does it, and the tests."""
