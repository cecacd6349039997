"""Prints each fault, what is required, and its tests: `python -m tests.faults`."""

from tests.faults.catalogue import HTTP, KUBERNETES, WITHOUT, table

tests = table()
for which, fault in (*KUBERNETES.items(), *HTTP.items()):
    print(f"{which}: {fault.what} -> {fault.required}")
    for test in tests[which] or [f"none: {WITHOUT[which]}"]:
        print(f"    {test}")
