"""Whole days of requests: who is served, at what cost, and how long an answer takes."""
