"""Texts made to be slow to render: seeds in, the same texts out."""

import random
from collections.abc import Iterator

_ATOMS = (
    *("[", "]", "(", ")", "![", "](", "[a](b", "[a][b]", "[a]: b\n", "[[", "<", ">", "<a", "</a>"),
    *("*", "**", "***", "_", "__", "~~", "`", "``", "```", "~~~", "\\", "\\*", "&", "&amp;", "#"),
    *("\n", "\n\n", " ", "  ", "    ", "\t", "- ", "+ ", "1. ", "> ", "# ", "- [ ] ", "---", "***"),
    *("|", "|-", "a|b\n", "-|-\n", "===\n", "@a", "@", ".", "www.", "http://", "http://a.b/", "a"),
    *("a-", "a.", "((", "))", '"', "'", "<!--", "<![CDATA[", "<?", "{", "}", ":", "é", "👨\u200d"),
)


def bad_shapes(seed: int, count: int, length: int) -> Iterator[str]:
    """Yield `count` texts of `length` characters for `seed`."""
    rng = random.Random(seed)
    makers = (_repeated, _openings_then_closings, _growing, _mixed, _lines)
    for _ in range(count):
        shape = rng.choice(makers)(rng, length)
        yield (shape * (length // max(len(shape), 1) + 1))[:length]


def _unit(rng: random.Random, most: int = 4) -> str:
    return "".join(rng.choices(_ATOMS, k=rng.randint(1, most)))


def _repeated(rng: random.Random, length: int) -> str:
    unit = _unit(rng)
    return _unit(rng) + unit * (length // len(unit)) + _unit(rng)


def _openings_then_closings(rng: random.Random, length: int) -> str:
    first, last = _unit(rng, 3), _unit(rng, 3)
    times = length // (len(first) + len(last))
    return first * times + _unit(rng) + last * times


def _growing(rng: random.Random, length: int) -> str:
    atom, between, text = rng.choice(_ATOMS), _unit(rng, 2), []
    size = step = 0
    while size < length:
        step += 1
        text.append(atom * step + between)
        size += len(text[-1])
    return "".join(text)


def _mixed(rng: random.Random, length: int) -> str:
    units = [_unit(rng) for _ in range(rng.randint(2, 5))]
    return "".join(rng.choices(units, k=length // 4))


def _lines(rng: random.Random, length: int) -> str:
    starts = [rng.choice(("", " ", "  ", "    ", "> ", "- ", "1. ", "\t")) for _ in range(3)]
    line = _unit(rng)
    return "".join(rng.choice(starts) + line + "\n" for _ in range(length // (len(line) + 2)))
