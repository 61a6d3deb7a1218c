"""When links and pictures count as the same or alike."""

from __future__ import annotations

import io
import random

import pytest
from PIL import Image, ImageDraw

from registry.documents.picture_child import SMALL_BYTES, THUMBNAIL_SIDE
from registry.documents.pictures import Picture, clean_picture
from registry.messages.likeness import ALIKE, bands, distance, link_key, near, nearest
from tests import story

POST = "https://www.facebook.com/prd.chiangmai/posts/123"
SAME = (
    "http://facebook.com/prd.chiangmai/posts/123",
    "https://m.facebook.com/prd.chiangmai/posts/123/",
    "https://web.facebook.com/prd.chiangmai/posts/123?fbclid=IwAR0abc",
    "https://WWW.Facebook.com/prd.chiangmai/posts/123?utm_source=line&utm_campaign=x&si=9",
    "https://facebook.com/prd.chiangmai/posts/123?mibextid=a&igsh=b&gclid=c#comments",
)
OTHERS = (
    "https://www.facebook.com/prd.chiangmai/posts/124",
    "https://www.facebook.com/prd.Chiangmai/posts/123",
    "https://www.facebook.com/prd.chiangmai/posts/123?comment_id=5",
    "https://www.facebook.org/prd.chiangmai/posts/123",
)


def scene(seed: int, size: tuple[int, int] = (640, 480)) -> Image.Image:
    """A made-up photograph: shapes over a sky."""
    dice, picture = random.Random(seed), Image.linear_gradient("L").resize(size).convert("RGB")
    draw = ImageDraw.Draw(picture)
    for _ in range(14):
        x, y = dice.randrange(size[0]), dice.randrange(size[1])
        reach, colour = dice.randrange(40, 180), tuple(dice.randrange(256) for _ in range(3))
        draw.ellipse((x - reach, y - reach, x + reach, y + reach), fill=colour)
    return picture


def jpeg(picture: Image.Image, quality: int = 85) -> bytes:
    """The picture as a file."""
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def opened(picture: Image.Image, quality: int = 85) -> Picture:
    """The picture as it is kept."""
    return clean_picture(jpeg(picture, quality), "p.jpg")


@pytest.mark.parametrize("link", SAME)
def test_links_to_one_post_are_equal(link: str) -> None:
    assert link_key(link) == link_key(POST)


@pytest.mark.parametrize("link", OTHERS)
def test_links_to_other_posts_differ(link: str) -> None:
    assert link_key(link) != link_key(POST)


def test_the_order_of_parameters_and_the_spelling_of_thai_do_not_matter() -> None:
    assert link_key("https://a.th/ข่าว?b=2&a=1") == link_key(
        "https://a.th/%E0%B8%82%E0%B9%88%E0%B8%B2%E0%B8%A7?a=1&b=2"
    )
    assert "v=abc" in link_key("https://www.youtube.com/watch?v=abc&feature=share")


def test_a_host_that_only_looks_like_a_twin_is_another_one() -> None:
    assert link_key("https://m.th/x") != link_key("https://th/x")
    assert link_key("https://www.m.example.org/x") == link_key("https://example.org/x")


def test_a_very_long_link_keeps_a_key_that_fits() -> None:
    long = "https://a.th/" + "ก" * 480
    assert len(link_key(long)) <= 500
    assert link_key(long) != link_key(long + "ข")


def test_the_bands_miss_no_picture_that_is_alike() -> None:
    dice = random.Random(4)
    for _ in range(300):
        one = dice.getrandbits(64)
        other = one
        for bit in dice.sample(range(64), ALIKE):
            other ^= 1 << bit
        pairs = zip(bands(f"{one:016x}"), bands(f"{other:016x}"), strict=True)
        assert any(theirs in near(mine) for mine, theirs in pairs)
        assert distance(f"{one:016x}", f"{other:016x}") == ALIKE


def test_the_nearest_is_the_least_different_then_the_earliest() -> None:
    mine = "0" * 16
    assert nearest(mine, [(9, "000000000000000f"), (8, "0000000000000003")]) == (8, 2)
    assert nearest(mine, [(9, "0000000000000001"), (4, "0000000000000002")]) == (4, 1)
    assert nearest(mine, [(9, "00000000000000ff")]) is None
    assert nearest(mine, []) is None


@pytest.mark.parametrize("seed", range(3))
def test_a_picture_saved_again_is_alike_another_one_is_not(seed: int) -> None:
    picture = scene(seed)
    first = opened(picture).dhash
    again = opened(picture.resize((400, 300)), quality=45).dhash
    assert distance(first, again) <= ALIKE
    assert distance(first, opened(scene(seed + 50)).dhash) > ALIKE


def test_a_plain_picture_is_compared_with_nothing() -> None:
    assert opened(Image.new("RGB", (300, 200), "navy")).dhash == ""


def test_one_call_makes_the_thumbnail_and_the_small_version() -> None:
    noise = Image.effect_noise((2400, 1600), 80).convert("RGB")
    kept = clean_picture(jpeg(noise, 92), "p.jpg", side=4096)
    assert kept.small is not None
    assert len(kept.small) <= SMALL_BYTES < len(kept.data)
    with Image.open(io.BytesIO(kept.thumbnail)) as thumbnail:
        assert thumbnail.size == (THUMBNAIL_SIDE, 213)
        assert thumbnail.format == "JPEG"


def test_what_is_small_already_has_no_small_version() -> None:
    assert clean_picture(story.png(), "dot.png").small is None


def test_transparency_turns_white_not_black_when_small() -> None:
    picture = Image.new("RGBA", (200, 100), (0, 0, 0, 0))
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    kept = clean_picture(buffer.getvalue(), "logo.png")
    assert kept.content_type == "image/png"
    with Image.open(io.BytesIO(kept.thumbnail)) as thumbnail:
        assert thumbnail.getpixel((50, 50)) == (255, 255, 255)
