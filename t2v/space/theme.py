"""Paper and ink by day, ink and paper by night, one warm accent; the fonts are the visitor's own."""

import gradio as gr

NEUTRAL = {
    "c50": "#faf8f5",
    "c100": "#f3f0ea",
    "c200": "#e6e1d8",
    "c300": "#d2cbbf",
    "c400": "#a69e92",
    "c500": "#7b746a",
    "c600": "#5c564e",
    "c700": "#3e3a35",
    "c800": "#282522",
    "c900": "#1b1917",
    "c950": "#121110",
}
DAY_AND_NIGHT = {
    "body_background_fill": ("#fffdfa", "#161412"),
    "body_text_color": ("#1b1917", "#f3f0ea"),
    "body_text_color_subdued": ("#6b645a", "#a69e92"),
    "background_fill_secondary": ("#f5f2ec", "#211e1b"),
    "block_background_fill": ("transparent", "transparent"),
    "border_color_primary": ("#e6e1d8", "#35312c"),
    "input_background_fill": ("#ffffff", "#1f1c1a"),
    "input_border_color": ("#d9d3c8", "#3e3a35"),
    "input_border_color_focus": ("#1b1917", "#f3f0ea"),
    "button_primary_background_fill": ("#1b1917", "#f3f0ea"),
    "button_primary_background_fill_hover": ("#3e3a35", "#ffffff"),
    "button_primary_text_color": ("#ffffff", "#1b1917"),
    "button_primary_border_color": ("transparent", "transparent"),
    "button_primary_border_color_hover": ("transparent", "transparent"),
    "link_text_color": ("#b53f1d", "#f39a7d"),
    "link_text_color_hover": ("#8f3015", "#ffc0aa"),
}
ALWAYS = {
    "block_border_width": "0px",
    "block_shadow": "none",
    "block_label_background_fill": "transparent",
    "input_border_width": "1px",
    "color_accent": "#d9532f",
}
SANS = ["ui-sans-serif", "system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "sans-serif"]
MONO = ["ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace"]


def theme() -> gr.Theme:
    """The theme that `launch` takes. Nothing in it is fetched from another host."""
    neutral = gr.themes.Color(**NEUTRAL, name="warm")
    base = gr.themes.Base(
        primary_hue="orange", neutral_hue=neutral, font=SANS, font_mono=MONO, radius_size="lg"
    )
    day = {name: colours[0] for name, colours in DAY_AND_NIGHT.items()}
    night = {f"{name}_dark": colours[1] for name, colours in DAY_AND_NIGHT.items()}
    return base.set(**ALWAYS, **day, **night)
