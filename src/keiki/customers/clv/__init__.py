"""What customers will be worth: one model per file, each fitted by its own maximum likelihood on grouped customers."""
