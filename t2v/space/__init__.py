"""The page: everything that knows gradio, and nothing else. What it shows is made by `t2v.service`.

Read in this order: `launch`, then `components` (what there is), `events` (what happens), `form` (what the
settings' components hold), `screen` (what the visitor looks at), `api` and `gate` (how programs get in).
"""
