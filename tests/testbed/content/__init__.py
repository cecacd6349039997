"""What the cluster of the test bed contains: nodes, workloads, faults, rights, monitoring services."""
