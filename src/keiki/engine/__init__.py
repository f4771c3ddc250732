"""The only code that runs queries: the lake, imports, engines, measuring."""
