"""Packages of the wheel: `sim`, and the folder `scenarios` inside it as `sim/shipped`."""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages(include=["sim", "sim.*"]), "sim.shipped", "sim.shipped.sweeps"],
    package_dir={"sim.shipped": "scenarios", "sim.shipped.sweeps": "scenarios/sweeps"},
)
