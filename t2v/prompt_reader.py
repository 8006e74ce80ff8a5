"""What a model reads of a prompt: the sentence that it is given, its tokens, and what of it says nothing."""

from t2v.networks import Tokenizer
from t2v.prompt_encoder import Count, count
from t2v.prompt_weights import plain
from t2v.request import Request
from t2v.scenes import scenes
from t2v.translation import Translator
from t2v.vocabulary import Vocabulary


class PromptReader:
    """Reads prompts for a model with this tokenizer; with a vocabulary, if it was taught certain words."""

    def __init__(self, tokenizer: Tokenizer, vocabulary: Vocabulary | None):
        self.tokenizer, self.vocabulary = tokenizer, vocabulary
        self.translator = Translator(vocabulary) if vocabulary else None

    def sentence(self, prompt: str) -> str:
        """The sentence that the model is given for a prompt: a model with a vocabulary is given it in English
        and in its own words, any other model the prompt itself."""
        return self.translator.read(prompt).sentence if self.translator else prompt

    def count(self, prompt: str) -> Count:
        """The tokens of a prompt."""
        return count(self.sentence(prompt), self.tokenizer)

    def unknown(self, prompt: str) -> str | None:
        """Say which words of a prompt the model doesn't know; None where it knows all, or can't tell."""
        if not self.translator:
            return None
        read = self.translator.read(prompt)
        told = read.sentence != read.text
        return self.translator.vocabulary.explain(plain(read.text), told).note()

    def notes(self, request: Request) -> list[str]:
        """What the model doesn't read of a request's prompts, and how it reads others, in sentences."""
        notes: list[str | None] = []
        for field in ("prompt", "negative_prompt"):
            notes += [self.count(scene.prompt).note(field) for scene in scenes(getattr(request, field))]
        for scene in scenes(request.prompt):
            notes.append(self.translator.read(scene.prompt).note() if self.translator else None)
            notes.append(self.unknown(scene.prompt))
        return [note for note in notes if note]
