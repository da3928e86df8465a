"""tests/jobs/slides.py -- the lecture as slides, in a browser and in print."""
import os
import re
import subprocess
import tempfile

import browser as chromium
from browser import in_browser
from machine import BUILD, PATIENCE, TOP, command, text_of

SLIDES = os.path.join(TOP, "tools", "slides")
WORDS = '[...document.querySelectorAll(".%s .word")].map(w => w.textContent)'
PLACE = ('[...document.querySelectorAll(".slide")].findIndex(slide => {'
         'const {top, bottom} = slide.getBoundingClientRect();'
         'return top <= 360 && bottom > 360})')


def pages(path):
    """Prints the slides, and returns how many pages that are."""
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "slides.pdf")
        subprocess.run([chromium.chromium(), "--headless", "--no-sandbox",
                        "--disable-gpu", "--print-to-pdf=" + out,
                        "file://" + path], timeout=60 * PATIENCE,
                       capture_output=True)
        with open(out, "rb") as stream:
            return len(re.findall(rb"/Type /Page\b", stream.read()))


@in_browser
def slides(check, browser):
    """Two beats become slides: their words, their keys, and their pages."""
    check = check.about("slides")
    path = os.path.join(BUILD, "slides-3-8.html")
    status, out, errors = command([SLIDES, "-o", path, "3", "8"], 100)
    check("they are made", status == 0, text_of(out + errors))
    browser.open(width=1280, height=720)
    browser.goto(os.path.relpath(path, TOP))
    count = browser.evaluate('document.querySelectorAll(".slide").length')
    check("each question has a slide, and each answer has one", count == 9,
          count)
    asked = browser.evaluate(WORDS % "question")
    words = browser.evaluate(WORDS % "answer")
    check("the first answer shows the word that links the segment's table",
          any(re.fullmatch(r"\w{5}407", word) for word in words) and
          not any(word.endswith("00000000") for word in asked), asked, words)
    check("W is missing where it was cleared by hand",
          any(re.fullmatch(r"\w{5}065", word) for word in words), words)
    said = browser.evaluate('document.querySelector(".answer svg")'
                            '.getAttribute("aria-label")')
    check("the picture can be heard", "PDE" in said and "256" in said, said)
    places = []
    for keys in (["ArrowRight"], ["ArrowRight", "ArrowRight"], ["ArrowLeft"],
                 ["End"], ["Home"]):
        browser.press(*keys)
        places.append(browser.evaluate(PLACE))
    check("the arrows, End and Home go through them", places == [1, 3, 2, 8, 0],
          places)
    browser.press("ArrowRight", "ArrowRight")
    browser.screenshot("slides-answer")
    check("nobody is shut out", not browser.violations(), browser.violations())
    check("no error, and nothing from the network", not browser.errors(),
          browser.errors())
    check("they print one slide a page", pages(path) == count, count)
    check("two beats have less than 300 KB", os.path.getsize(path) < 300000,
          os.path.getsize(path))
    status, out, errors = command([SLIDES, "99"], 10)
    check("a beat that is not there is one sentence", status == 1 and
          errors == b"tools/slides: there is no such beat\n", text_of(errors))
