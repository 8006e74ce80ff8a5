"""Measurements side by side with diffusers: scripts that print figures and write them to JSON."""
