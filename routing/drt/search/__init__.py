"""Ruin & recreate over vehicle routes, anytime and deterministic: rescue, improvement, instances."""
