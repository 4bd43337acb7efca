"""Latency over HTTP at a fixed rate of arrivals."""
