"""What all written things share: posts, comments, kudos, tags, revisions, watches, drafts.

Owns the tables ``posts``, ``votes``, ``tags``, ``post_tags``, ``board_tag_counts``,
``revisions``, ``removals``, ``watches`` and ``drafts``. Emits ``CommentPosted``, ``PostEdited``,
``PostVisibilityChanged``, ``KudosGiven`` and ``KudosTaken``.
"""
