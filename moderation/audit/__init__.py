"""The audit log as staff and operators use it, and what staff note about people."""
