"""The bridge to other systems: helpdesks that mirror cases, and what is known of customers."""
