"""Places outside the database that hold personal data."""

from community.privacy.marks import Store

STORES = (
    Store(
        "database file and its log (SQLite)",
        "community.sqlite3",
        "rows as said above; freed pages are overwritten, the file is rewritten the night after",
        "account",
    ),
    Store(
        "search index: words of published questions and answers",
        "search",
        "is built anew from the rewritten texts",
        "post",
    ),
    Store(
        "exports: one archive a request",
        "exports",
        "the person's archives are deleted",
        "exports",
    ),
    Store(
        "mails written to files (`FORUM_MAIL_BACKEND=file`)",
        "mail",
        "the person's are deleted, others are rewritten without the person",
        "mail_files",
    ),
    Store(
        "pictures that members uploaded, without what cameras write into them"
        " (`FORUM_IMAGES_PATH`)",
        "images",
        "the person's are deleted",
        "pictures",
    ),
    Store(
        "logs, on standard output; they hold no personal data",
        None,
        "nothing to do",
        "logs",
    ),
)
