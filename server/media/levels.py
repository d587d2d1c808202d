"""Who speaks, from the loudness that clients put into each packet (RFC 6464); nothing is decoded."""

WINDOW_S = 0.3
LOUD_PACKETS = 5
"Of the 15 packets of a window: a cough is shorter, a word is longer."
HOLD_WINDOWS = 3
"Windows that somebody still counts as speaking after the last loud one: pauses between words."


class Speaking:
    """The speakers of one room."""

    __slots__ = ("_held", "told")

    def __init__(self) -> None:
        self._held: dict[str, int] = {}
        self.told: tuple[str, ...] = ()

    def window(self, loud: dict[str, int]) -> tuple[str, ...] | None:
        """Takes the loud packets of each leg in a window; the new list of speakers when it changed."""
        for leg, packets in loud.items():
            if packets >= LOUD_PACKETS:
                self._held[leg] = HOLD_WINDOWS
            elif leg in self._held:
                self._held[leg] -= 1
        self._held = {leg: left for leg, left in self._held.items() if left > 0 and leg in loud}
        speaking = tuple(sorted(self._held))
        if speaking == self.told:
            return None
        self.told = speaking
        return speaking
