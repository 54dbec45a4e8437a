"""Draws the breathing animation: a circle that grows for four seconds and shrinks for six, nothing to read.

`make media` writes breathing.gif beside this file. No words, so that it suits every language; slow and without flicker;
colours that hold on light and dark chats. One round is 10 seconds and repeats.
"""

from __future__ import annotations

import math
from pathlib import Path

from PIL import Image, ImageDraw

SIZE, SCALE = 360, 3
FRAMES_A_SECOND = 10
IN_SECONDS, OUT_SECONDS = 4, 6
SMALL, LARGE = 0.30, 0.80
GROUND, RING, HALO, HEART = (22, 38, 48), (58, 92, 106), (66, 128, 140), (134, 204, 206)


def fullness(second: float) -> float:
    """How full the breath is at a second of the round, 0 to 1; it turns softly at both ends."""
    if second < IN_SECONDS:
        return (1 - math.cos(math.pi * second / IN_SECONDS)) / 2
    return (1 + math.cos(math.pi * (second - IN_SECONDS) / OUT_SECONDS)) / 2


def frame(second: float) -> Image.Image:
    """One picture of the round."""
    side = SIZE * SCALE
    picture = Image.new("RGB", (side, side), GROUND)
    draw = ImageDraw.Draw(picture)
    width = SMALL + (LARGE - SMALL) * fullness(second)
    for part, colour, outline in ((LARGE, None, RING), (min(LARGE, width + 0.05), HALO, None), (width, HEART, None)):
        edge = side * (1 - part) / 2
        draw.ellipse((edge, edge, side - edge, side - edge), fill=colour, outline=outline, width=2 * SCALE)
    return picture.resize((SIZE, SIZE), Image.Resampling.LANCZOS)


def main() -> None:
    """Write the file."""
    seconds = [number / FRAMES_A_SECOND for number in range((IN_SECONDS + OUT_SECONDS) * FRAMES_A_SECOND)]
    palette = frame(IN_SECONDS / 2).quantize(24)
    frames = [frame(second).quantize(palette=palette, dither=Image.Dither.NONE) for second in seconds]
    path = Path(__file__).with_name("breathing.gif")
    frames[0].save(
        path, save_all=True, append_images=frames[1:], duration=1000 // FRAMES_A_SECOND, loop=0, optimize=True
    )
    print(f"{path.name}: {path.stat().st_size // 1024} KB")  # noqa: T201  # a script says what it did


if __name__ == "__main__":
    main()
