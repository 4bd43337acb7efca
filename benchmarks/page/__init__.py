"""How soon a page can be used."""
