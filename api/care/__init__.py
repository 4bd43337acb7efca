"""Trips that come again, and the people whom representatives book for."""
