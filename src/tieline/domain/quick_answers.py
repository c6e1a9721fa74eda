"""Quick answers: texts that operators use again."""

from dataclasses import dataclass

ALL_LINES = 0


@dataclass(frozen=True, slots=True)
class QuickAnswer:
    """A text to answer with, on one line or on all."""

    id: int
    line_id: int
    text: str
    author_id: int
    created_at: int
