"""Characters to tokens and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoo.errors import TrainingError
from zoo.tasks.characters import Vocabulary
from zoo.tasks.tokenizers import Level, train_tokenizer

LEVELS: tuple[Level, ...] = ("words", "bpe", "characters")


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_a_text_comes_back_from_its_tokens(text: str) -> None:
    vocabulary = Vocabulary.of(text)
    assert len(vocabulary) == len(set(text))
    tokens = vocabulary.encode(text)
    assert list(map(int, tokens)) == [vocabulary.characters.index(character) for character in text]
    assert vocabulary.decode(map(int, tokens)) == text


@pytest.mark.parametrize("level", LEVELS)
def test_words_and_pieces_refuse_what_is_not_utf_8(level: Level) -> None:
    tokenizer = train_tokenizer(level, ["a b"])
    for read in (tokenizer.encode, tokenizer.unknown):
        with pytest.raises(TrainingError, match=r"must be UTF-8, not 'a\\udcff b'; save or type it in that"):
            read("a\udcff b")


def test_nothing_is_no_tokens() -> None:
    assert len(Vocabulary.of("abc").encode("")) == 0


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("bead", "'d' (U+0064), 'e' (U+0065):"),  # beyond the last and in between
        ("a b", "' ' (U+0020):"),
        ("a\x07", "'\\x07' (U+0007):"),
        ("b\udcff", "'\\udcff' (U+DCFF):"),  # a byte of the command line that is not UTF-8
        ("dddd", "'d' (U+0064):"),
        ("defghijklmno", "and 2 other characters:"),
    ],
)
def test_unknown_characters_are_named(text: str, named: str) -> None:
    with pytest.raises(TrainingError) as caught:
        Vocabulary("abc").encode(text)
    assert named in str(caught.value)
    assert "knows the 3 characters" in str(caught.value)


@pytest.mark.parametrize("characters", ["", "ba", "aa"])
def test_a_vocabulary_is_sorted_and_unique(characters: str) -> None:
    with pytest.raises(ValueError, match="sorted by code point"):
        Vocabulary(characters)
