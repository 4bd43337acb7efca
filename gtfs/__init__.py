"""Formats: whatever the world writes becomes the arrays that `routing` reads."""
