"""Pictures that new members show: a moderator looks at each.

Owns no table; the pictures are posts' (``community.posts.attaching``). Hears ``ImageAdded``, and
``AppealDecided``: a picture whose removal was wrong comes back. Source: PRODUCT G2, A4.
"""
