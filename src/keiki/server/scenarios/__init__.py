"""What would happen: drivers of a tree moved, goals sought, chances drawn, scenarios kept and compared."""
