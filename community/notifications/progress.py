"""The note of a line about badges and a level of trust: a badge's name or a level on each line."""

from typing import Self

# A tab stands in no badge's name.
LEVEL_MARK = "\t"


class Progress(tuple[str, ...]):
    """What a member was given: names of badges, and levels as ``LEVEL_MARK`` and a number."""

    __slots__ = ()

    @classmethod
    def of_badge(cls, name: str) -> Self:
        """Return a badge."""
        return cls((name,))

    @classmethod
    def of_level(cls, level: int) -> Self:
        """Return a level that was reached."""
        return cls((f"{LEVEL_MARK}{level}",))

    @classmethod
    def of(cls, kind: str, note: str) -> Self:
        """Return what a notification tells of; nothing where it tells of a level lost."""
        if kind == "badge":
            return cls(note.split("\n"))
        what, _space, level = note.partition(" ")
        return cls.of_level(int(level)) if what == "up" else cls()

    def with_more(self, more: Self) -> Self:
        """Return both: badges first, and of several levels the last."""
        badges = dict.fromkeys([*self.badges, *more.badges])
        levels = (more.levels or self.levels)[-1:]
        return type(self)([*badges, *(f"{LEVEL_MARK}{level}" for level in levels)])

    def tells_of(self, other: Self) -> bool:
        """Say whether all of the other one is in it."""
        return set(other) <= set(self)

    @property
    def badges(self) -> list[str]:
        """The names of badges."""
        return [each for each in self if not each.startswith(LEVEL_MARK)]

    @property
    def levels(self) -> list[int]:
        """The levels reached."""
        return [int(each[1:]) for each in self if each.startswith(LEVEL_MARK)]

    @property
    def note(self) -> str:
        """What a notification keeps of it."""
        return "\n".join(self)
