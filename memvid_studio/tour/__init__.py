"""Drives the real window through the main job on the demo material, checks each step, takes its picture."""
