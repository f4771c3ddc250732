"""The look: base templates, style sheets, icons and the small parts that every page is made of."""
