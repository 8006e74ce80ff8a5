"""The server is restarted, in order or by force: every waiting video arrives in its visitor's open page."""

import signal
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.space.conftest import Visitor
from tests.space.started import free_port, started

pytestmark = pytest.mark.usefixtures("own_environment")
PROMPTS = ("first waiting square", "second waiting square")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=lambda number: number.name)
def test_waiting_jobs_arrive_in_their_pages(tmp_path: Path, browser: Browser, number: signal.Signals):
    port = str(free_port())
    with started(tmp_path, "--port", port, T2V_FAKE_STEP="0.1") as page:
        visitors = [Visitor(browser, page.url) for _ in PROMPTS]
        busy = {"prompt": "slow", "steps": 200}
        assert httpx.post(f"{page.url}gradio_api/call/v2/generate", json=busy, trust_env=False).is_success
        for visitor, prompt in zip(visitors, PROMPTS, strict=True):
            visitor.generate(prompt)
            visitor.see("working")
        expect(visitors[-1].page.locator("#screen .status")).to_contain_text("1 ahead of you")
        page.process.send_signal(number)
        page.process.wait(20)
    with started(tmp_path, "--port", port, T2V_FAKE_STEP="0.1") as page:
        assert page.url.endswith(f":{port}/")
        for visitor, prompt in zip(visitors, PROMPTS, strict=True):
            visitor.see("done", timeout=90)  # Gradio reloads a page whose server is back
            expect(visitor.page.locator("#screen .prompt")).to_have_text(prompt)
            assert visitor.video()["width"] == 64
            visitor.context.close()
        assert "Traceback" not in page.said()
