"""Arms and differences are told apart on white paper, in grey print and by colour-blind readers."""

import itertools
import math

import numpy as np
import pytest

from sim.display.figures.style import INKS, NOT_AN_ARM, arm_style, color, difference_style

ARMS = tuple("abcde")
COLOURS = [*(look.color for look in arm_style(ARMS).values()), color(NOT_AN_ARM), INKS[0]]
PAIRS = list(itertools.combinations(COLOURS, 2))

SEEN = {
    "normal": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
"""Linear sRGB as it is seen (Machado, Oliveira and Fernandes, IEEE TVCG 2009;15:1291)."""

TO_XYZ = np.array([
    [0.4124564, 0.3575761, 0.1804375],
    [0.2126729, 0.7151522, 0.0721750],
    [0.0193339, 0.1191920, 0.9503041],
])  # fmt: skip
WHITE = np.array([0.95047, 1.0, 1.08883])


def linear(colour):
    """Linear sRGB of a hexadecimal colour (IEC 61966-2-1)."""
    c = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    """L*, a* and b* of a linear colour, white D65."""
    x = TO_XYZ @ rgb / WHITE
    f = np.where(x > 216 / 24389, np.cbrt(x), (24389 / 27 * x + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def ciede2000(first, second):
    """Difference of two colours in L*a*b* (Sharma, Wu and Dalal, Color Res Appl 2005;30:21)."""
    (l1, a1, b1), (l2, a2, b2) = first, second
    mean = (math.hypot(a1, b1) + math.hypot(a2, b2)) / 2
    grey = 0.5 * (1 - math.sqrt(mean**7 / (mean**7 + 25**7)))
    a1, a2 = (1 + grey) * a1, (1 + grey) * a2
    c1, c2 = math.hypot(a1, b1), math.hypot(a2, b2)
    h1, h2 = (math.degrees(math.atan2(b, a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    turn = (h2 - h1 + 180) % 360 - 180 if c1 * c2 else 0
    hue = (h1 + turn / 2) % 360 if c1 * c2 else h1 + h2
    light, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    cos = [math.cos(math.radians(x)) for x in (hue - 30, 2 * hue, 3 * hue + 6, 4 * hue - 63)]
    t = 1 - 0.17 * cos[0] + 0.24 * cos[1] + 0.32 * cos[2] - 0.2 * cos[3]
    dl = (l2 - l1) / (1 + 0.015 * (light - 50) ** 2 / math.sqrt(20 + (light - 50) ** 2))
    dc = (c2 - c1) / (1 + 0.045 * chroma)
    dh = 2 * math.sqrt(c1 * c2) * math.sin(math.radians(turn / 2)) / (1 + 0.015 * chroma * t)
    around = 30 * math.exp(-(((hue - 275) / 25) ** 2))
    twist = 2 * math.sqrt(chroma**7 / (chroma**7 + 25**7))
    return math.sqrt(dl**2 + dc**2 + dh**2 - math.sin(math.radians(2 * around)) * twist * dc * dh)


def test_the_formula_is_that_of_the_published_pairs():
    for first, second, expected in (
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((2.0776, 0.0795, -1.135), (0.9033, -0.0636, -0.5514), 0.9082),
    ):
        assert ciede2000(first, second) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("colour", [*COLOURS, *INKS])
def test_a_line_stands_out_from_the_paper(colour):
    assert 1.05 / (TO_XYZ[1] @ linear(colour) + 0.05) >= 3


@pytest.mark.parametrize("reader", SEEN)
def test_every_reader_tells_the_colours_apart(reader):
    def seen(colour):
        return lab(np.clip(np.array(SEEN[reader]) @ linear(colour), 0, 1))

    for first, second in PAIRS:
        assert ciede2000(seen(first), seen(second)) >= 10, (first, second)


@pytest.mark.parametrize("looks", [arm_style(ARMS), difference_style(ARMS)])
def test_grey_print_tells_the_arms_apart(looks):
    for one, other in itertools.combinations(looks.values(), 2):
        grey = abs(lab(linear(one.color))[0] - lab(linear(other.color))[0])
        assert grey >= 15 or (one.linestyle != other.linestyle and one.marker != other.marker)


def test_the_first_arm_is_filled_and_the_second_open():
    first, second = list(arm_style(ARMS).values())[:2]
    assert (first.face, second.face) == (first.color, "white")
