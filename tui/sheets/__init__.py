"""What each kind of row shows, column by column: pure functions from rows to cells, orders and filter texts."""
