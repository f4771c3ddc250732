"""The way to buy: sessions and the window words that journeys and customer models share."""
