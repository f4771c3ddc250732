"""How numbers hang together: trees built over the catalogue, measured, explained and simulated."""
