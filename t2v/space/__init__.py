"""The web app: a page that turns a sentence into a video, and never loses one.

Read in this order: `service` (what the app does, without a page), `jobs` (the queue), `worker` and
`worker_process` (the one owner of each device), `outputs` (the files), then `layout`, `events`, `screen`.
Nothing is imported here: a worker process must start without gradio, and the page without torch.
"""
