"""What a detail says of an object or an alert: pure functions from what is known to the entries of a document."""
