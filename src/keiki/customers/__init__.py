"""Customer value: models from facts to tables of customers, purchases, postings and contract movements."""
