"""One file per generated page; each has `pages(root)`: file name in docs/reference → text."""
