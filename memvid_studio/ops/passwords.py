"""Passwords: made from words, and judged."""

from __future__ import annotations

import math
import secrets
from dataclasses import dataclass

from memvid_studio.words import tr

# Short, common, easy to spell and to tell apart on the phone; 256 of them are 8 bits each.
_WORDS = """
acorn alder almond amber anchor apple apron arrow aspen atlas autumn badge bagel baker bamboo banjo
barley barn basil basin beach beacon beaver bell berry birch bishop bonnet border bottle branch
brass bread brick bridge bronze brook broom bucket butter cabin cactus camel candle canoe canyon
carbon carpet castle cedar cellar chalk cherry chestnut cider cinder circus citrus clay cliff clock
clover cobalt cocoa comet compass copper coral cotton cradle crane crater crayon creek cricket
crystal cypress daisy dawn delta desert dew dolphin donkey dove dragon drum dune eagle earth easel
echo elbow elder elm ember falcon fern ferry fiddle field finch flint flute fog forest fossil
fountain fox frost galaxy garden garlic gate ginger glacier glove goose granite grape gravel guitar
hammer harbor harp harvest hazel hedge helmet hermit heron hickory hill honey horse igloo indigo
inlet iris iron island ivory ivy jacket jaguar jasmine jersey juniper kayak kettle kiwi ladder
lagoon lake lantern larch laurel lava lemon lilac lily linen lobster lotus lynx magnet mango maple
marble marsh meadow melon mill mint mirror mitten moss moth mountain mustard myrtle nectar needle
nest nettle nickel north nutmeg oak oasis oat ocean olive onion opal orbit orchard otter oven owl
oyster paddle panda paper parsley peach pearl pebble pelican pepper pigeon pilot pine planet plum
pocket pond poppy prairie prism pumpkin puzzle quail quarry quartz quill rabbit radish raven reed
ribbon river robin rocket rope rose rowan ruby saddle saffron sail sandal satin scarf sequoia silver
slate sparrow spruce stone summit sunset swan thistle tulip walnut
""".split()  # noqa: SIM905

_GUESSES_PER_SECOND = 1e4
"""What somebody with a room full of machines may try: each guess costs Argon2id with 64 MiB."""


@dataclass(frozen=True, slots=True)
class Strength:
    """``level`` 0 (empty) to 5; ``word`` and ``sentence`` say it."""

    level: int
    word: str
    sentence: str


def generate_password(words: int = 6) -> str:
    """Words joined by hyphens, 8 bits each, from the system's random source."""
    return "-".join(secrets.choice(_WORDS) for _ in range(words))


def strength(password: str) -> Strength:
    """A cautious guess at how long finding it takes, from its length, its alphabet and its repetitions."""
    if not password:
        return Strength(0, "", "")
    seconds = 2 ** (_bits(password) - 1) / _GUESSES_PER_SECOND
    steps = (
        (3600, 1, tr("Very weak"), tr("minutes to guess")),
        (86_400 * 7, 2, tr("Weak"), tr("days to guess")),
        (86_400 * 365, 3, tr("Fair"), tr("months to guess")),
        (86_400 * 365 * 100, 4, tr("Good"), tr("years to guess")),
    )
    for limit, level, word, sentence in steps:
        if seconds < limit:
            return Strength(level, word, sentence)
    return Strength(5, tr("Strong"), tr("centuries to guess"))


def _bits(password: str) -> float:
    known = set(_WORDS)
    parts = [part for part in password.lower().replace("_", "-").replace(" ", "-").split("-") if part]
    if len(parts) > 1 and all(part in known for part in parts):
        return math.log2(len(_WORDS)) * len(parts)
    alphabet = 0
    for size, holds in (
        (26, str.islower),
        (26, str.isupper),
        (10, str.isdigit),
        (33, lambda each: not each.isalnum()),
    ):
        alphabet += size if any(holds(each) for each in password) else 0
    # A repeated or running character is worth little: abcabc, 111111, 4567.
    fresh = 1.0
    for index in range(1, len(password)):
        step = ord(password[index]) - ord(password[index - 1])
        seen = password[index] in password[:index]
        fresh += 0.2 if step in {-1, 0, 1} else 0.6 if seen else 1.0
    return fresh * math.log2(max(alphabet, 10))
