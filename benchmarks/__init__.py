"""Measurements of what a rider or an operator waits for, each beside a floor or a peer."""
