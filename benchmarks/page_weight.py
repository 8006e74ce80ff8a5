"""Bytes and seconds until the page can be used on a slow line, beside a bare page of Gradio's.

python -m benchmarks.page_weight [KBIT]          needs Chromium; 400 kbit/s by default

A bare page has one textbox and one button. Seconds are those until the prompt takes a sentence, and until the
button can be pressed; bytes are those that came until five seconds later, nothing having been clicked.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[1]
CHROMIUM = "/usr/bin/chromium"
SPEED, LATENCY = 400, 50  # kbit/s, ms
AFTER = 5.0  # seconds
BARE = """
import sys, gradio as gr
with gr.Blocks(analytics_enabled=False) as page:
    gr.Textbox(label="Prompt"); gr.Button("Generate")
page.launch(server_port=int(sys.argv[1]), ssr_mode=False, quiet=True)
"""
OURS = str(ROOT / "app.py")


def main(speed: int) -> None:
    print(f"at {speed} kbit/s, {LATENCY} ms: seconds to prompt, to button; kB in all, not Gradio's")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        found = CHROMIUM if Path(CHROMIUM).exists() else None
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        port = str(free_port())
        pages = {"bare": ["-c", BARE, port], "t2v": [OURS, "--port", port, "--outputs", folder]}
        for name, command in pages.items():
            with serving(command, port) as url:
                visit(browser, url, speed)  # makes the posters, which the first visitor waits for
                prompt, button, sizes = visit(browser, url, speed)
            own = sum(size for path, size in sizes.items() if not path.startswith(("assets/", "static/")))
            total = sum(sizes.values())
            print(f"{name:>5} {prompt:6.1f} s {button:6.1f} s {total / 1e3:6.0f} kB {own / 1e3:6.0f} kB")
        browser.close()


def visit(browser: Browser, url: str, speed: int) -> tuple[float, float, dict[str, int]]:
    """-> seconds until the prompt and the button can be used, and the bytes of each file"""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page, paths, sizes = context.new_page(), {}, {}
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    rate = speed * 1000 / 8
    limits = {"offline": False, "latency": LATENCY, "downloadThroughput": rate, "uploadThroughput": rate}
    session.send("Network.emulateNetworkConditions", limits)

    def began(event: dict[str, Any]) -> None:
        paths[event["requestId"]] = event["request"]["url"].removeprefix(url)

    def came(event: dict[str, Any]) -> None:
        path = paths.get(event["requestId"], "?")
        sizes[path] = sizes.get(path, 0) + event["encodedDataLength"]

    session.on("Network.requestWillBeSent", began)
    session.on("Network.dataReceived", came)
    start = time.monotonic()
    page.goto(url, wait_until="commit", timeout=120_000)
    page.get_by_label("Prompt", exact=True).fill("a panda", timeout=120_000)
    prompt = time.monotonic() - start
    page.get_by_role("button", name="Generate").click(trial=True, timeout=120_000)
    button = time.monotonic() - start
    page.wait_for_timeout(1000 * AFTER)
    context.close()
    return prompt, button, sizes


@contextmanager
def serving(command: list[str], port: str) -> Iterator[str]:
    """Run a page's process; -> its address, once it answers."""
    url = f"http://127.0.0.1:{port}/"
    environment = os.environ | {"GRADIO_ANALYTICS_ENABLED": "False", "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen([sys.executable, *command], env=environment, stdout=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 120
        while time.monotonic() < end:
            try:
                httpx.get(url, trust_env=False)
                break
            except httpx.TransportError:
                time.sleep(0.3)
        yield url
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else SPEED)
