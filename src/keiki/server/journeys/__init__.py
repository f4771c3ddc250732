"""The way to buy: which channels bring visits and earn conversions, and which leads are worth calling."""
