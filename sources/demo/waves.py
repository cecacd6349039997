"""Smooth noise whose integral is known, so that a gauge and its counter agree at every moment.

A wave is a base value times one plus a few sines: the day, and ripples of minutes and seconds. Its integral is
exact, hence `rate()` over the counter gives back the gauge, and any moment can be asked for in any order.
"""

from __future__ import annotations

import random
from math import cos, pi, sin

from msgspec import Struct

from sources.rules.generated import SAFE

DAY = 86_400.0
_DAY_OMEGA = 2 * pi / DAY
_DAY_PHASE = pi / 2 - 2 * pi * 14 / 24  # the peak of the day is at 14:00 UTC


class Wave(Struct, frozen=True, gc=False):
    """`base * (1 + sum(amplitude * sin(omega * t + phase)))`; the amplitudes sum to less than one."""

    base: float
    terms: tuple[tuple[float, float, float], ...]

    def at(self, t: float) -> float:
        """The value at a moment, never negative."""
        total = 1.0
        for amplitude, omega, phase in self.terms:
            total += amplitude * sin(omega * t + phase)
        return self.base * total

    def integral(self, start: float, end: float) -> float:
        """The area under the wave between two moments, in units of the base times seconds."""
        total = end - start
        for amplitude, omega, phase in self.terms:
            total += amplitude / omega * (cos(omega * start + phase) - cos(omega * end + phase))
        return self.base * total


class Pushed(Struct, frozen=True, gc=False):
    """A wave that is multiplied by a factor from each of some moments on: (moment, factor), in order."""

    wave: Wave
    steps: tuple[tuple[float, float], ...]

    def at(self, t: float) -> float:
        """The value at a moment."""
        factor = 1.0
        for begins, step in self.steps:
            if t < begins:
                break
            factor = step
        return self.wave.at(t) * factor

    def integral(self, start: float, end: float) -> float:
        """The area between two moments; `start` is the earlier."""
        total = self.wave.integral(start, end)
        ends = [begins for begins, _ in self.steps[1:]]
        for (begins, factor), until in zip(self.steps, [*ends, end], strict=True):
            low, high = max(start, begins), min(end, until)
            if high > low:
                total += (factor - 1.0) * self.wave.integral(low, high)
        return total


def wave(rng: random.Random, base: float, roughness: float = 1.0) -> Wave:
    """A wave of a character of its own: `roughness` 0 follows the day only, 1.5 is restless (the most)."""
    return Wave(
        base,
        (
            (0.18, _DAY_OMEGA, _DAY_PHASE),
            (0.14 * roughness, 2 * pi / rng.uniform(700, 1900), rng.uniform(0, 2 * pi)),
            (0.16 * roughness, 2 * pi / rng.uniform(140, 420), rng.uniform(0, 2 * pi)),
            (0.12 * roughness, 2 * pi / rng.uniform(47, 97), rng.uniform(0, 2 * pi)),
        ),
    )


def scaled(shape: Wave, base: float) -> Wave:
    """The same shape with another base."""
    return Wave(base, shape.terms)


def calmed(shape: Wave, base: float) -> Wave:
    """The same shape with another base and hardly any ripples: something that runs against a limit."""
    return Wave(base, tuple((amplitude * 0.02, omega, phase) for amplitude, omega, phase in shape.terms))


def code(rng: random.Random, length: int) -> str:
    """A generated name part, as the API server makes them."""
    return "".join(rng.choices(SAFE, k=length))


def uid(rng: random.Random) -> str:
    """A UUID (version 4 in form) from the seed."""
    digits = f"{rng.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"
