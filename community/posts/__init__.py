"""What all written things share: posts, comments, kudos, tags, revisions, watches, drafts.

Owns the tables ``posts``, ``votes``, ``tags``, ``post_tags``, ``board_tag_counts``,
``revisions``, ``removals``, ``held_posts``, ``watches`` and ``drafts``. Emits ``CommentPosted``,
``PostEdited``, ``PostHeld``, ``PostSuspected``, ``PostVisibilityChanged``, ``KudosGiven`` and
``KudosTaken``. Packages above hand in what looks at texts before they appear (``screening``).
"""
