"""The control plane: people, businesses and pages around the library."""
