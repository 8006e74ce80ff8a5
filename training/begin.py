"""Begin a training with the weights of a finished model, in the files that the trainings read:

    python -m training.begin --model emoji --tokenizer runs/tokenizer --out runs/begun
    python -m training.unet --start runs/begun --vae runs/begun/vae.safetensors --images 0 \
        --merges runs/tokenizer/merges.txt

With `--tokenizer` the text tower's embeddings go to that tokenizer's tokens; one that is new begins as the
mean of those that spelled it.
"""

import argparse
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from t2v.checkpoints import load, locate
from training.tokens import moved
from training.vae_file import write_vae

EMBEDDING = "tower.token_embedding.weight"


def moved_embedding(embedding: Tensor, old: Path, new: Path) -> Tensor:
    """Embeddings (tokens of `old`, d) -> for the tokenizer in `new` (tokens of `new`, d)"""
    return torch.stack([embedding[ids].float().mean(0) for ids in moved(old, new)])


def main(arguments: list[str] | None = None) -> None:
    """Run the command in the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="emoji", help="emoji, or a folder that training.export wrote")
    parser.add_argument("--tokenizer", type=Path, help="the folder of another one; none: the model's own")
    parser.add_argument("--out", type=Path, default=Path("runs/begun"))
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    model = load(options.model)
    text = model.text_encoder.state_dict()
    if options.tokenizer:
        own = locate(options.model).folder / "tokenizer"
        text[EMBEDDING] = moved_embedding(text[EMBEDDING], own, options.tokenizer)
    for name, weights in {"text_encoder": text, "unet": model.unet.state_dict()}.items():
        half = {key: tensor.half().contiguous() for key, tensor in weights.items()}
        save_file(half, options.out / f"{name}.safetensors")
    write_vae(options.out / "vae.safetensors", model.vae)


if __name__ == "__main__":
    main()
