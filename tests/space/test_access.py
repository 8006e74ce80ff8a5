"""The page for everybody: WCAG 2.2 AA by axe-core, the keyboard alone, less motion."""

from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from t2v.space.launch import App
from tests.space.conftest import Visitor
from tests.space.states import calm, visitor_in

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
OPTIONS = {"runOnly": {"type": "tag", "values": WCAG}, "resultTypes": ["violations"]}
TARGETS = {"rules": {"target-size": {"enabled": True}}}  # of WCAG 2.2, and off by default


def violations(page: Page) -> list[str]:
    """What axe-core finds: the rule and the element of each."""
    calm(page)
    found = Axe().run(page, options=OPTIONS | TARGETS).response["violations"]
    return [f"{each['id']}: {node['html'][:160]}" for each in found for node in each["nodes"]]


def test_axe_is_awake(visitor: Visitor):
    visitor.page.evaluate("document.querySelector('#masthead p').style.color = '#eee'")
    assert any("color-contrast" in each for each in violations(visitor.page))


def tab_to(page: Page, name: str, most: int = 60) -> None:
    """Press Tab until the focus is on what is called so."""
    for _ in range(most):
        page.keyboard.press("Tab")
        focused = page.evaluate("document.activeElement.ariaLabel || document.activeElement.innerText || ''")
        if focused.replace("▼", "").strip() == name:
            return
    raise AssertionError(f"Tab never reaches {name}")


def test_the_keyboard_alone_does_everything(visitor: Visitor):
    page = visitor.page
    page.get_by_label("Prompt", exact=True).focus()
    page.keyboard.type("slow slow slow slow square by keys")
    page.keyboard.press("Enter")
    visitor.see("working")
    expect(page.locator("#stop")).to_be_visible()
    tab_to(page, "Settings")
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.ariaExpanded === 'true'")
    page.keyboard.press("Escape")  # leaves what is open
    page.wait_for_function("document.activeElement.ariaExpanded === 'false'")
    visitor.see("working")
    page.keyboard.press("Escape")
    visitor.see("stopped")
    tab_to(page, "Make it after all")
    page.keyboard.press("Enter")
    visitor.see("working")
    tab_to(page, "Stop")
    page.keyboard.press("Enter")
    visitor.see("stopped")
    expect(page.locator("#screen .screen")).to_be_focused()  # not the page, though Stop is gone
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Make it after all")).to_be_focused()
    page.get_by_label("Prompt", exact=True).fill("a square")
    page.locator("#generate").focus()
    page.keyboard.press("Enter")
    visitor.see("done")
    for name in ("Settings", "Advanced"):
        tab_to(page, name)
        page.keyboard.press("Enter")
        page.wait_for_function("document.activeElement.ariaExpanded === 'true'")
    tab_to(page, "Back to the defaults")
    page.keyboard.press("Shift+Tab")
    page.locator("#generate").focus()
    for name in ("Download as MP4", "Copy link", "More"):
        tab_to(page, name)
    page.keyboard.press("Enter")
    for name in ("Smooth, 24 fps", "Delete"):
        tab_to(page, name)
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    visitor.see("empty")


def test_focus_never_comes_upon_another_control_of_the_screen(visitor: Visitor):
    page = visitor.page
    visitor.generate("slow square")
    visitor.see("done")
    another = page.get_by_role("button", name="Another like it")
    another.focus()
    page.keyboard.press("Enter")
    visitor.see("working")
    expect(page.locator("#screen .screen")).to_be_focused()
    page.keyboard.press("Enter")  # does nothing there
    visitor.see("done")
    expect(another).to_be_focused()
    expect(page.locator("#gallery .tile")).to_have_count(2)


def test_focus_stays_on_a_video_while_others_come_before_it(visitor: Visitor, app: App):
    page = visitor.page
    visitor.generate("a first square")
    visitor.see("done")
    visitor.generate("slow second square")
    visitor.see("working")
    page.locator("#gallery .tile").focus()
    expect(page.locator("#gallery .tile")).to_have_count(2, timeout=15_000)
    expect(page.get_by_role("button", name="a first square")).to_be_focused()


def test_a_file_that_is_cleared_leaves_the_focus_to_the_field_for_another(visitor: Visitor, tmp_path: Path):
    page = visitor.page
    Image.new("RGB", (64, 64), "red").save(tmp_path / "red.png")
    page.locator("#origin > button").click()
    page.locator("#source input[type=file]").set_input_files(tmp_path / "red.png")
    page.wait_for_selector("#source-shown img")
    page.locator("#source [aria-label=Clear]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#source .upload-container")).to_be_focused()


def test_what_is_focused_has_a_ring(visitor: Visitor):
    page = visitor.page
    visitor.settings()
    page.get_by_label("Prompt", exact=True).focus()
    for _ in range(24):
        page.keyboard.press("Tab")
        ring = """(e => [e, e.closest('label'), e.closest('.wrap-inner')].filter(Boolean).some(each => {
            const {outlineStyle, boxShadow} = getComputedStyle(each);
            return outlineStyle !== 'none' || boxShadow !== 'none';
        }))(document.activeElement)"""
        assert page.evaluate(ring), page.evaluate("document.activeElement.outerHTML")


def test_what_happens_is_told_in_a_place_that_stays(visitor: Visitor):
    status = visitor.page.locator("#live [role=status]")
    visitor.page.evaluate("window.place = document.querySelector('#live [role=status]')")
    visitor.generate("slow square that is told")
    expect(status).to_have_text("Making the video")
    visitor.see("done")
    expect(status).to_contain_text("Made in")
    assert visitor.page.evaluate("window.place.isConnected")


def test_only_the_pages_own_clock_is_read(visitor: Visitor):
    visitor.generate("slow slow square by the clock")
    page = visitor.page
    page.wait_for_selector("[data-testid=status-tracker] .progress-text", state="attached")
    for said in (page.locator("body").inner_text(), page.locator("body").aria_snapshot()):
        assert "processing |" not in said and "queue:" not in said
    visitor.see("done")


def test_with_less_motion_nothing_plays_by_itself(app: App, browser: Browser):
    with visitor_in(Visitor(browser, app.url, reduced_motion="reduce"), "done") as visitor:
        visitor.page.wait_for_timeout(1000)
        assert visitor.page.evaluate("[...document.querySelectorAll('video')].every(v => v.paused)")
        moving = """document.getAnimations().filter(a => a.playState === "running")
            .map(a => a.effect.target.outerHTML.slice(0, 120))"""
        assert visitor.page.evaluate(moving) == []
        visitor.generate("slow square without motion")
        visitor.page.wait_for_selector("#screen .preview")
        assert visitor.page.evaluate(moving) == []
        visitor.see("done")
    visitor.context.close()
