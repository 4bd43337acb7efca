"""Transit queries beside other engines."""
