"""Longer trials of what must hold under load and under kills; short forms run in the suite."""
