"""What a person is told inside Keiki: comments that name them and alerts that are for them, until they have read it."""
