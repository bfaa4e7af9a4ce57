"""Tests of the bridge to other systems."""
