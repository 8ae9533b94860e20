"""The rows of the film at the present text size: top edge, names, hits, density, base line, changes, print."""

from __future__ import annotations

from dataclasses import dataclass

from memvid_studio.theme_tokens import Film


@dataclass(frozen=True, slots=True)
class Lanes:
    """Where each row begins, in logical pixels from the top of the film."""

    holes: int
    names: int
    hits: int
    density: int
    base: int
    changes: int
    edge: int
    bottom: int
    text_scale: float

    @classmethod
    def of(cls, film: Film, height: int, text_scale: float = 1.0) -> Lanes:
        """The rows of a film of this height; what the text size adds goes to each row alike."""
        edge = height - round(film.edge_bottom * text_scale)
        changes = edge - round(film.changes * text_scale)
        base = changes - film.gap - film.base
        names = round(film.edge_top * text_scale)
        hits = names + round(film.checkpoint_lane * text_scale)
        density = hits + round(film.hit_lane * text_scale)
        return cls(0, names, hits, density, base, changes, edge, height, text_scale)

    @property
    def density_height(self) -> int:
        """The height of a full bar."""
        return self.base - self.density

    @property
    def changes_height(self) -> int:
        """The height of a full bar below the line."""
        return self.edge - self.changes

    @property
    def hit_middle(self) -> float:
        """The middle of the hit diamonds."""
        return (self.hits + self.density) / 2

    def px(self, value: float) -> float:
        """A length of the design at this text size."""
        return value * self.text_scale
