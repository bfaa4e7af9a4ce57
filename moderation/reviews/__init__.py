"""What members look through who hold the power to review: suggested changes and first posts.

Owns no table: what they say is kept with the case (``cases.voices``).
"""
