"""Why a number moved, the rows behind it, and which number to work on first."""
