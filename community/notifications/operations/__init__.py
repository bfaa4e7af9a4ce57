"""Changes to notifications, preferences and the bell's number."""
