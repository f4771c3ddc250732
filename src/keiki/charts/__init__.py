"""Results as pictures, as tables and as sentences; nothing here reads a file or runs a query."""
