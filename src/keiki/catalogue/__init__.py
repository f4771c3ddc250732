"""KPIs as declared: read, checked, and unfolded to measures; tree templates beside them."""
