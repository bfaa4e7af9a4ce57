"""A set of whole numbers that stays small when they lie close together, as ids do."""

PAGE_BITS = 12
PAGE_BYTES = 2**PAGE_BITS // 8


class IdSet:
    """Holds ids as bits in pages of 4,096: ten million in a row take about 1.3 MB."""

    def __init__(self) -> None:
        self._pages: dict[int, bytearray] = {}

    def add(self, source_id: str) -> bool:
        """Add an id; tells whether it is new."""
        page_number, byte, bit = _position(source_id)
        page = self._pages.setdefault(page_number, bytearray(PAGE_BYTES))
        is_new = not page[byte] & bit
        page[byte] |= bit
        return is_new

    def __contains__(self, source_id: str) -> bool:
        page_number, byte, bit = _position(source_id)
        page = self._pages.get(page_number)
        return page is not None and bool(page[byte] & bit)


def _position(source_id: str) -> tuple[int, int, int]:
    number = int(source_id)
    offset = number & (2**PAGE_BITS - 1)
    return number >> PAGE_BITS, offset >> 3, 1 << (offset & 7)
