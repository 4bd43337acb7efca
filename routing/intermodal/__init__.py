"""Itineraries that join what the other kernels find: walks, buses and shuttles."""
