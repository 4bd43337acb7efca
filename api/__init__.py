"""Shell: the only place with a clock, a store, HTTP, secrets and processes."""
