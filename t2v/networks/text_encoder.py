"""CLIP's text tower up to its penultimate block, whose states the UNet reads."""

import torch
from torch import Tensor, nn

from .config import TextConfig
from .openclip import load


class TextEncoder(nn.Module):
    """open_clip's text tower. Blocks that a model leaves out are not built."""

    def __init__(self, config: TextConfig):
        super().__init__()
        self.config = config
        open_clip = load()
        activations = {"gelu": nn.GELU, "quick_gelu": open_clip.QuickGELU}
        self.tower = open_clip.TextTransformer(
            context_length=config.length,
            vocab_size=config.vocabulary,
            width=config.width,
            heads=config.heads,
            layers=config.layers,
            mlp_ratio=config.mlp_ratio,
            output_dim=None,  # the projection to CLIP's joint space is not needed
            no_causal_mask=True,  # made in `forward`: a buffer would be lost on the meta device
            act_layer=activations[config.activation],
        )

    def forward(self, tokens: Tensor, hidden: Tensor | None = None) -> Tensor:
        """tokens (b l) -> normed states of the last block (b l d), with a causal mask.

        `hidden` (1 l), bool: tokens that no other token sees; for a batch of one."""
        tower, length = self.tower, tokens.shape[1]
        x = tower.token_embedding(tokens) + tower.positional_embedding[:length]
        mask = torch.full((length, length), float("-inf"), dtype=x.dtype, device=x.device).triu(1)
        if hidden is not None:
            mask = mask.masked_fill(hidden, float("-inf"))
        for block in tower.transformer.resblocks:
            x = block(x, attn_mask=mask)
        return tower.ln_final(x)
