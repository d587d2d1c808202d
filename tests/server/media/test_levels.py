from server.media.levels import HOLD_WINDOWS, Speaking


def test_speech_is_told_at_once_and_silence_after_a_hold() -> None:
    speaking = Speaking()

    assert speaking.window({"ada": 12, "ben": 0}) == ("ada",)
    assert speaking.window({"ada": 12, "ben": 9}) == ("ada", "ben")
    for _ in range(HOLD_WINDOWS - 1):
        assert speaking.window({"ada": 0, "ben": 9}) is None
    assert speaking.window({"ada": 0, "ben": 9}) == ("ben",)


def test_a_cough_is_no_speech() -> None:
    assert Speaking().window({"ada": 4}) is None


def test_who_is_gone_does_not_speak() -> None:
    speaking = Speaking()
    speaking.window({"ada": 12, "ben": 12})

    assert speaking.window({"ben": 12}) == ("ben",)
