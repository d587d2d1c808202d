"""What people are called on a page, also those whose name is gone."""

from collections.abc import Mapping
from gettext import NullTranslations


def called(translations: NullTranslations, names: Mapping[str, str], member: str) -> str:
    """A member's name; a word in its place for somebody who was erased."""
    return names.get(member) or translations.gettext("(erased)")
