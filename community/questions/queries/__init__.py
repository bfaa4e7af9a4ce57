"""Reads of questions and answers, each limited to what its viewer may see."""
