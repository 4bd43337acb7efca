"""Ruin & recreate over vehicle routes: better plans, rescue of a ride, the field's instances."""
