"""Which topic a question is about: no network, no state."""

import re
import tomllib
import unicodedata
from collections import Counter
from dataclasses import dataclass
from difflib import get_close_matches
from math import log
from pathlib import Path
from typing import Any

SURE, LIKELY, AHEAD = 0.55, 0.2, 0.1
MOST_OFFERED = 4
MOST_TOPICS, MOST_PHRASES = 50, 20
MOST_TITLE, MOST_ANSWER = 60, 10_000
MOST_READ, MOST_WORDS, MOST_LETTERS = 1_000, 40, 30
ALIKE = 0.8  # how much of a word must be right
_MENTION = re.compile(r"\[(USER|CHAT)=[^\]]{0,100}\][^\[]{0,200}\[/\1\]", re.IGNORECASE)
_MARKUP = re.compile(r"\[/?[a-z*]{1,10}(?:=[^\]]{0,500})?\]", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")


class BadFileError(Exception):
    """The file of questions cannot be used, for the reason that is told."""


@dataclass(frozen=True)
class Topic:
    """Something that is asked for in several ways, and the answer to it."""

    key: str
    title: str
    answer: str
    questions: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """What is known about a question: the answer, or the topics that it may be about."""

    answer: Topic | None = None
    offered: tuple[Topic, ...] = ()


class Book:
    """All topics, and how words tell them apart."""

    def __init__(self, topics: list[Topic], ignored: str = "") -> None:
        """Read the words of all topics; those that are ignored count nowhere."""
        self.topics = tuple(topics)
        self._by_key = {topic.key: topic for topic in topics}
        self._ignored = set(words(ignored))
        self._phrases = [
            (topic, phrase)
            for topic in topics
            for text in (topic.title, *topic.questions)
            if (phrase := frozenset(words(text)) - self._ignored)
        ]
        self._exact = {plain(text): topic for topic in topics for text in (topic.title, *topic.questions)}
        used = Counter(word for topic in topics for word in self._words_of(topic))
        self._weights = {word: log(1 + len(topics) / count) for word, count in used.items()}
        self._known = sorted(self._weights)

    def topic(self, key: str) -> Topic | None:
        """Return a topic by its key."""
        return self._by_key.get(key)

    def find(self, text: str) -> Found:
        """Find what a question is about."""
        text = unmarked(text)
        exact = self._exact.get(plain(text))
        if exact is not None:
            return Found(exact)
        ranked = self._ranked(frozenset(self._understood(word) for word in words(text)) - self._ignored)
        if not ranked:
            return Found()
        (best, topic), second = ranked[0], ranked[1][0] if len(ranked) > 1 else 0.0
        if best >= SURE and best - second >= AHEAD:
            return Found(topic)
        return Found(offered=tuple(topic for score, topic in ranked if score >= LIKELY)[:MOST_OFFERED])

    def _words_of(self, topic: Topic) -> set[str]:
        return {word for other, phrase in self._phrases if other is topic for word in phrase}

    def _understood(self, word: str) -> str:
        """Return a word as the topics have it, if it is one of theirs with a slip in it."""
        if word in self._weights or word in self._ignored:
            return word
        return next(iter(get_close_matches(word, self._known, 1, ALIKE)), word)

    def _ranked(self, asked: frozenset[str]) -> list[tuple[float, Topic]]:
        """Return topics by how much their best phrase has in common with a question; rare words count for more."""
        best: dict[str, float] = {}
        for topic, phrase in self._phrases:
            shared = self._weigh(asked & phrase)
            score = 2 * shared / (self._weigh(asked) + self._weigh(phrase)) if shared else 0.0
            best[topic.key] = max(best.get(topic.key, 0.0), score)
        ranked = [(score, self._by_key[key]) for key, score in best.items() if score]
        return sorted(ranked, key=lambda pair: -pair[0])

    def _weigh(self, chosen: frozenset[str]) -> float:
        strange = 0.3  # a word that no topic has says little
        return sum(self._weights.get(word, strange) for word in chosen)


def unmarked(text: str) -> str:
    """Return a message's text without mentions and markup."""
    return _MARKUP.sub(" ", _MENTION.sub(" ", text[:MOST_READ]))


def words(text: str) -> list[str]:
    """Return the words of a text, without case and accents."""
    decomposed = unicodedata.normalize("NFKD", text[:MOST_READ].casefold())
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return [word[:MOST_LETTERS] for word in _WORD.findall(bare)[:MOST_WORDS]]


def plain(text: str) -> str:
    """Return a text by which two that differ in case, accents and punctuation alone are the same."""
    return " ".join(words(text))


def read_book(path: Path) -> Book:
    """Read the file of questions and answers."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadFileError(f"{path}: {error}") from error
    given = content.get("topics")
    if not isinstance(given, list) or not 0 < len(given) <= MOST_TOPICS:
        raise BadFileError(f"{path}: it needs 1 to {MOST_TOPICS} [[topics]]")
    topics = [_topic(path, number, one) for number, one in enumerate(given, 1)]
    if len({topic.key for topic in topics}) < len(topics):
        raise BadFileError(f"{path}: two topics have the same title")
    return Book(topics, _text(path, "ignored", content.get("ignored", "")))


def _topic(path: Path, number: int, given: Any) -> Topic:
    where = f"topic {number}"
    if not isinstance(given, dict):
        raise BadFileError(f"{path}: {where} is no table")
    title, answer = (_text(path, f"{where}: {name}", given.get(name)).strip() for name in ("title", "answer"))
    if not plain(title) or len(title) > MOST_TITLE or not answer or len(answer) > MOST_ANSWER:
        raise BadFileError(f"{path}: {where} needs a title of at most {MOST_TITLE} letters and an answer")
    questions = given.get("questions", [])
    if not isinstance(questions, list) or len(questions) > MOST_PHRASES:
        raise BadFileError(f"{path}: {where} may have at most {MOST_PHRASES} questions")
    asked = tuple(_text(path, f"{where}: a question", one) for one in questions)
    return Topic(plain(title).replace(" ", "-"), title, answer, asked)


def _text(path: Path, name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise BadFileError(f"{path}: {name} is no text")
    return value
