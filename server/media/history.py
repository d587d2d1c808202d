"""The last packets of one incoming stream, found by sequence number: what NACKs are answered from.

It also knows which numbers came, so a duplicate is told from a late packet. Held in memory only, for a
second or two.
"""

Kept = tuple[int, bytes, int, int, bool]
"""(sequence number, canonical packet, RTP timestamp, offset of the VP8 picture id or 0, marker)"""


class History:
    """A ring of packets of one stream; its size is a power of two."""

    __slots__ = ("mask", "ring")

    def __init__(self, size: int) -> None:
        self.mask = size - 1
        self.ring: list[Kept | None] = [None] * size

    def put(self, kept: Kept) -> None:
        """Keeps a packet in place of the one `size` numbers before."""
        self.ring[kept[0] & self.mask] = kept

    def get(self, sequence: int) -> Kept | None:
        """The packet with this number, None when it never came or is gone."""
        kept = self.ring[sequence & self.mask]
        return kept if kept is not None and kept[0] == sequence else None

    def clear(self) -> None:
        """Forgets everything, as when the stream restarts."""
        self.ring = [None] * (self.mask + 1)
