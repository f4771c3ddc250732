"""The cockpit: what people open every morning."""
