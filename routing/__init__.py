"""Decisions: roads, timetables, shuttles and the dispatch core; arrays and values in and out."""
