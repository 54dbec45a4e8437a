"""A broadcast's text: each fault one sentence with its place, and whatever passes is taken by Telegram as it looks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.simulator.markup import parse
from bot.telegram.broadcast_text import Run, read
from bot.telegram.render import LONGEST_MESSAGE

FAULTS = {
    "I <3 you": "line 1, character 3: “<” begins no complete tag; write &lt;",
    "one\ntwo & three": "line 2, character 5: “&” stands alone; write &amp;",
    "caf&eacute;": "line 1, character 4: Telegram does not know &eacute;; write the character itself",
    "&#0;": "Telegram does not know &#0;",
    "<p>hello</p>": "line 1, character 1: Telegram knows no tag <p>; leave an empty line instead.",
    "a<br>b": "Telegram knows no tag <br>; begin a new line instead.",
    "<font>x</font>": "Telegram knows no tag <font>; write &lt;font&gt; for the words themselves",
    "<b>hello": "line 1, character 1: <b> is never closed; write </b> where it ends.",
    "hello</b>": "line 1, character 6: </b> closes nothing; write <b> where it begins",
    "<b><i>x</b></i>": "line 1, character 8: </b> comes while <i> is still open; write </i> before it.",
    '<b style="x">y</b>': "<b> takes no attribute “style”; leave it out.",
    "<span>x</span>": "<span> is only known as",
    '<code class="language-py">x</code>': "<code> takes a class only as <pre><code",
    "<a>x</a>": "<a> says not where it leads",
    '<a href="example.org">x</a>': "this link leads nowhere; write a whole address",
    '<a href="javascript:alert(1)">x</a>': "this link leads nowhere",
    "<a href=https://x.org>y</a>": "the attributes of <a> cannot be read",
    "<code><b>x</b></code>": "line 1, character 7: <b> stands in <code>, which takes no other tags",
    "<blockquote><blockquote>x</blockquote></blockquote>": "<blockquote> stands in another <blockquote>",
    "": "The text is empty; say what everybody is to read.",
    " \n ": "The text is empty",
    "<b> </b>": "The text has markup and no words",
    "\udcff": "these bytes are not UTF-8",
    "x"
    * (
        LONGEST_MESSAGE + 1
    ): "The text has 4,097 characters as Telegram counts them, and a message holds 4,096; take out 1.",
    "😀" * (LONGEST_MESSAGE // 2 + 1): "The text has 4,098 characters",
}


@pytest.mark.parametrize("text", FAULTS, ids=lambda text: repr(text[:24]))
def test_each_fault_is_one_sentence_with_its_place(text: str) -> None:
    (sentence,) = [said for said in read(text).faults if FAULTS[text] in said] or read(text).faults
    assert FAULTS[text] in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_every_fault_is_named_in_the_order_of_the_text() -> None:
    found = read("<p>a</p> & <b>c")
    assert [sentence.split(":")[0] for sentence in found.faults] == [
        "line 1, character 1",
        "line 1, character 10",
        "line 1, character 12",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        "<B>bold</B> and <strong><em>both</em></strong>",
        '<a href="https://example.org/?a=1&amp;b=2">here</a>',
        '<span class="tg-spoiler">secret</span><tg-spoiler>too</tg-spoiler>',
        '<pre><code class="language-python">x &lt; 3</code></pre>',
        "<blockquote expandable>long</blockquote>",
        "a > b &#8211; c &#x1F600;",
        "x" * LONGEST_MESSAGE,
        f"<b>{'&amp;' * LONGEST_MESSAGE}</b>",
    ],
    ids=lambda text: text[:24],
)
def test_what_telegram_takes_is_in_order(text: str) -> None:
    found = read(text)
    assert found.faults == ()
    assert found.words == parse(text, "HTML")[0]


def test_it_shows_what_looks_alike_together() -> None:
    assert read('a <strong>b <a href="tg://user?id=1">c</a></strong>').runs == (
        Run("a "),
        Run("b ", frozenset({"b"})),
        Run("c", frozenset({"b", "a"}), "tg://user?id=1"),
    )


pieces = st.sampled_from(
    ("<b>", "</b>", "<i>", "</i>", "<code>", "</code>", "<pre>", "</pre>", "<blockquote>", "</blockquote>", "<", ">",
     "&", "&lt;", "&amp;", "&#65;", '<a href="https://x.org">', "</a>", "<p>", "\n", " ", "word", "<b ", '"', "/", "😀")
)  # fmt: skip


@given(st.lists(pieces, max_size=12).map("".join) | st.text(max_size=20))
def test_whatever_passes_is_taken_by_telegram_with_the_same_words(text: str) -> None:
    found = read(text)
    if not found.faults:
        assert parse(text, "HTML")[0] == found.words.strip()
