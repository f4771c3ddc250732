"""People, the businesses they look after, and who may do what."""
