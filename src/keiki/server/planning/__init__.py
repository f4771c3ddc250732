"""Planning: targets with their revisions, how they are agreed, and how the numbers stand to them."""
