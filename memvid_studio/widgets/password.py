"""How long a password would withstand guessing, and passwords made of words. No Qt."""

from __future__ import annotations

import math
import secrets
from dataclasses import dataclass
from enum import IntEnum

# Short, common, easy to say and to type; no two start with the same four letters, so a slip is seen.
_WORDS = """
acorn adept agile album alder algae alloy amber ample angle anvil apple apron arbor arena aspen atlas attic audio
autumn avenue badge bagel baker balsam bamboo banjo barley basil basket beacon beaver bench berry birch bison
blade blanket blossom bobbin bonnet border bottle bounce bramble bread breeze brick bridge bronze brook bucket
buffalo bugle bundle button cabin cactus camel candle canoe canvas carbon cargo carrot castle cedar cellar
cement chalk charm cherry chess chimney cider cinder circle citrus clay cliff clock cloud clover cobalt coconut
coffee comet compass copper coral cotton cradle crane crater cricket crocus crystal cuckoo curtain cypress daisy
damson dapple dawn delta denim desert dewdrop diamond dinghy dipper dolphin domino donkey dragon drift drizzle
dune dusk eagle early earth easel echo eclipse elbow elder ember emerald engine enough equal evening fabric falcon
fancy fathom feather fennel ferry fiddle field figure filter finch firefly fjord flag flame flannel fleece flint
flora flute focus forest fossil fountain foxglove freckle friend frost fruit furrow galaxy garden garlic garnet
gentle ginger glacier glade glimmer globe glove goblet golden gondola goose grain granite gravel green grove
guitar gully hamlet hammer harbor harvest hazel heather hedge heron hickory hollow honey horizon hornet humble
hunter iceberg icicle iguana indigo island ivory jacket jaguar jasmine jelly jewel jigsaw jolly journal jungle
juniper kayak kernel kettle kindle kitten knapsack knoll koala ladder lagoon lantern lapwing larch lasso lattice
laurel lavender leaf ledger lemon lentil library lichen lilac linen lizard llama lobster locket lotus lullaby
lunar lupin lyric magnet magpie mallow mandarin mango maple marble market marsh meadow melody mercury metal
midnight millet mineral minnow mirror mitten monsoon morning mosaic motor mountain muffin mulberry muscle museum
mustard narrow nectar needle nettle nickel nimble noble noodle north nougat nugget nutmeg oatmeal oasis ocean
octave olive onion opal orange orbit orchard origin osprey otter outline oval oyster paddle palette panther paper
parcel parsley pasture pebble pelican pencil pepper petal piano pickle pigeon pillow pilot pine pioneer planet
plaster plum pocket polar pond poplar poppy porch potato prairie prism puddle puffin pulley pumpkin purple puzzle
quarry quiet quill quince quiver rabbit radish raft rain ranch raven reed reef relish ribbon ridge ripple
river robin rocket rosemary rowan rubber ruby rudder russet saddle saffron sailor salmon sandal sapling sardine
satin saturn scarf school sedge shadow shelter shield shore shrub signal silver siskin sketch slate sleet sluice
smoke snail snow socket sorrel south sparrow spice spiral spring spruce square stable starling stone stork
stream sugar summit sunset swallow sycamore syrup tablet tactile tailor tango tassel teapot temple tender terrace
thicket thimble thistle thrush thunder ticket tiger timber toast tomato topaz torch tower trellis trout tulip
tunnel turnip turtle twilight umber umbrella upland urchin valley vanilla velvet verse violet vivid volcano
voyage waffle walnut walrus warbler water wattle weaver weir wetland wharf wheat whisper wicker widget willow
window winter wisteria wombat woodland wren yarrow yellow yonder zebra zenith zephyr zigzag zinnia
"""
WORDS: tuple[str, ...] = tuple(dict.fromkeys(_WORDS.split()))

# Guessed first by anybody who guesses.
_COMMON = (
    "password", "passwort", "qwerty", "azerty", "letmein", "welcome", "admin", "dragon", "iloveyou", "monkey",
    "football", "secret", "master", "login", "abc123", "sunshine", "princess", "memvid", "capsule", "memory",
)  # fmt: skip
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz", "01234567890")
_SEPARATORS = frozenset("-_. ,")
_ANY_WORD_BITS = 13.0
# A thousand machines of the attacker: what a determined person can rent.
_MACHINES = 1000.0


class Strength(IntEnum):
    """How good a password is, as the bar shows it."""

    NONE = 0
    VERY_WEAK = 1
    WEAK = 2
    FAIR = 3
    STRONG = 4
    VERY_STRONG = 5


@dataclass(frozen=True, slots=True)
class Estimate:
    """What was found out about a password: bits of guessing work, and seconds a thousand machines need."""

    bits: float
    seconds: float
    strength: Strength


def make_passphrase(words: int = 5) -> str:
    """Random words joined by hyphens, from the system's randomness. Each is worth about nine bits."""
    return "-".join(secrets.choice(WORDS) for _ in range(words))


def estimate(password: str, seconds_per_guess: float) -> Estimate:
    """How long guessing takes half of the time, when one guess costs ``seconds_per_guess`` on one machine.

    Close for random letters and for the words this program suggests. Whatever else could be a word counts as
    one of eight thousand, whether it is one or not; keyboard rows, repeats, years and what everybody tries
    count for little.
    """
    # What comes after that many letters cannot make it weaker.
    bits = _bits(password[:128])
    seconds = 2.0 ** min(max(bits - 1, 0), 500) * seconds_per_guess / _MACHINES
    if not password:
        strength = Strength.NONE
    elif seconds < 3600:
        strength = Strength.VERY_WEAK
    elif seconds < 30 * 86400:
        strength = Strength.WEAK
    elif seconds < 20 * 31557600:
        strength = Strength.FAIR
    elif seconds < 10_000 * 31557600:
        strength = Strength.STRONG
    else:
        strength = Strength.VERY_STRONG
    return Estimate(bits, seconds, strength)


def _bits(password: str) -> float:
    """Bits of the cheapest way to describe the password piece by piece, left to right."""
    best = [0.0]
    lowered = password.lower()
    per_letter = _alphabet_bits(password)
    for end in range(1, len(password) + 1):
        cheapest = best[end - 1] + per_letter
        for start in range(max(0, end - 24), end - 1):
            cost = _piece_bits(lowered[start:end])
            if cost is not None:
                cheapest = min(cheapest, best[start] + cost)
        best.append(cheapest)
    return best[-1]


def _alphabet_bits(password: str) -> float:
    size = 0
    for there, count in (
        (any(letter.islower() for letter in password), 26),
        (any(letter.isupper() for letter in password), 26),
        (any(letter.isdigit() for letter in password), 10),
        (any(letter.isascii() and not letter.isalnum() for letter in password), 33),
        (any(not letter.isascii() for letter in password), 100),
    ):
        size += count if there else 0
    return math.log2(size) if size else 0.0


def _piece_bits(piece: str) -> float | None:
    """Bits of a piece that can be said in fewer than its letters, None when it cannot."""
    if piece in _COMMON:
        return 5.0
    if piece[0] in _SEPARATORS and len(piece) > 1:
        # Who guesses words guesses what stands between them too.
        word = _piece_bits(piece[1:])
        return None if word is None else word + 0.2
    if piece in _WORD_SET:
        return math.log2(len(WORDS))
    if len(piece) >= 3:
        if len(set(piece)) == 1:
            return math.log2(26 * len(piece))
        if any(piece in row or piece[::-1] in row for row in _ROWS):
            return math.log2(len(_ROWS) * 26 * len(piece))
    if len(piece) == 4 and piece.isascii() and piece.isdigit() and piece[:2] in {"19", "20"}:
        return math.log2(200)
    if 3 <= len(piece) <= 9 and piece.isascii() and piece.isalpha():
        vowels = sum(letter in "aeiouy" for letter in piece)
        if 0.2 <= vowels / len(piece) <= 0.67:
            return _ANY_WORD_BITS
    return None


_WORD_SET = frozenset(WORDS)
