"""Text whose lines a mail program broke, and said so: paragraphs become lines again.

Source: RFC 3676.
"""

MARK = "-- "


def unflow(text: str, *, drops_space: bool) -> str:
    """Return text with each paragraph on one line; ``drops_space`` is what "DelSp=yes" says."""
    lines: list[list[str]] = []
    open_depth: int | None = None
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        rest = line.lstrip(">")
        depth = len(line) - len(rest)
        # A space is put before what would be taken for a quotation or for a mailbox's "From ".
        content = rest.removeprefix(" ")
        flows = content.endswith(" ") and content != MARK
        kept = content[:-1] if flows and drops_space else content
        if open_depth == depth and content != MARK:
            lines[-1].append(kept)
        else:
            lines.append([_quoted(depth, kept)])
        open_depth = depth if flows else None
    return "\n".join("".join(pieces) for pieces in lines)


def _quoted(depth: int, content: str) -> str:
    if depth:
        return f"{'>' * depth} {content}"
    # The author's own sign stays told apart from a quotation.
    return f"\\{content}" if content.startswith(">") else content
