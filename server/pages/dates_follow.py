"""What follows from a change of dates, in words: counted by the plan that then makes it so."""

from gettext import NullTranslations

from care.replan import Reconciled


def words_of(follows: Reconciled, words: NullTranslations) -> list[str]:
    """What the change does to check-ins and reminders, one sentence each; only what happens is said."""
    ngettext = words.ngettext
    counted = (
        (follows.moved, ngettext("One check-in moves.", "%(num)s check-ins move.", follows.moved)),
        (
            follows.planned,
            ngettext("One check-in is added.", "%(num)s check-ins are added.", follows.planned),
        ),
        (
            follows.withdrawn,
            ngettext(
                "One check-in is not asked for any more.",
                "%(num)s check-ins are not asked for any more.",
                follows.withdrawn,
            ),
        ),
        (
            follows.open_stay,
            ngettext("One open form stays open.", "%(num)s open forms stay open.", follows.open_stay),
        ),
        (
            follows.messages_moved,
            ngettext("One reminder moves.", "%(num)s reminders move.", follows.messages_moved),
        ),
        (
            follows.messages_withdrawn,
            ngettext(
                "One reminder is called back.",
                "%(num)s reminders are called back.",
                follows.messages_withdrawn,
            ),
        ),
    )
    return [told % {"num": number} for number, told in counted if number]
