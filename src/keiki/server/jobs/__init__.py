"""Work that takes longer than a page: queued, watched by a heartbeat, tried again."""
