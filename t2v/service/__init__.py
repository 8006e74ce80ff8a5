"""The service: jobs in, videos out. It knows no page, and imports torch only inside a worker process.

Read in this order: `service` (what the app does), `jobs` (the queue), `store` (the database that remembers),
`worker` and `worker_process` (the one owner of each device) with their `messages`, `outputs` (the files).
Nothing is imported here: a worker process must start without gradio.
"""
