"""Makes the fonts in this folder: one weight of each of Noto's variable fonts, and the symbols of DejaVu Sans.

`python content/fonts/make.py FOLDER` reads Noto's variable fonts (`NotoSans[wght].ttf` and so on) and `DejaVuSans.ttf`
from FOLDER and writes beside this file, without hints for screens: about half as large. Of Noto every character stays.
Not part of any other command: the fonts change once in some years.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

BOTH_WEIGHTS = ("NotoSans",)
WEIGHTS = {"Regular": 400, "Bold": 700}
SYMBOLS = range(0x2000, 0x2C00)
HINTS = ("fpgm", "prep", "cvt ", "gasp", "hdmx", "STAT", "MVAR", "DSIG")


def make(variable: Path, into: Path) -> None:
    """The fonts that come out of one variable font."""
    name = variable.name.split("[")[0]
    for style, weight in WEIGHTS.items():
        if style == "Regular" or name in BOTH_WEIGHTS:
            font = instancer.instantiateVariableFont(
                TTFont(variable, recalcTimestamp=False), {"wght": weight}, updateFontNames=True
            )
            for table in HINTS:
                if table in font:
                    del font[table]
            for glyph in font["glyf"].keys():  # noqa: SIM118 - a table of fontTools, no dictionary
                font["glyf"][glyph].removeHinting()
            font.save(into / f"{name}-{style}.ttf")


def symbols(font: TTFont, into: Path) -> None:
    """Ticks, arrows, stars and signs of mathematics, which Noto keeps in fonts of their own."""
    wanted = Subsetter(Options(hinting=False, layout_features=["*"], name_IDs=["*"]))
    wanted.populate(unicodes=[code for code in font.getBestCmap() if code in SYMBOLS])
    wanted.subset(font)
    font.save(into / "SymbolsDejaVu-Regular.ttf")


if __name__ == "__main__":
    for found in sorted(Path(sys.argv[1]).glob("Noto*.ttf")):
        if "Italic" not in found.name:
            make(found, Path(__file__).parent)
    symbols(TTFont(Path(sys.argv[1]) / "DejaVuSans.ttf", recalcTimestamp=False), Path(__file__).parent)
