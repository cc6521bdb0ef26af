"""Matrices of draws for other programs: what they hold, and that R reads them."""

import shutil
import subprocess

import numpy as np
import pandas as pd
import pytest

from sim.results import draws
from tests.worth_sweeps import GAIN, PRICE

FILES = ("psa_costs", "psa_effects", "psa_parameters")
SCRIPT = """
read <- function(name) as.matrix(read.csv(file.path(commandArgs(TRUE)[1], paste0(name, ".csv"))))
costs <- read("psa_costs"); effects <- read("psa_effects"); parameters <- read("psa_parameters")
stopifnot(is.numeric(costs), is.numeric(effects), is.numeric(parameters))
stopifnot(dim(costs) == dim(effects), nrow(costs) == nrow(parameters))
benefit <- 50000 * effects - costs
cat(format(mean(apply(benefit, 1, max)) - max(colMeans(benefit)), digits = 12))
"""


def test_rows_are_draws_and_columns_are_arms_and_parameters(at_stake):
    costs, effects, parameters = (pd.read_csv(at_stake.folder / f"{n}.csv") for n in FILES)
    own = draws.read(at_stake)
    assert [*costs] == [*effects] == own.arms
    assert [*parameters] == own.names == [PRICE, GAIN]
    np.testing.assert_allclose(costs, own.costs, rtol=1e-5)
    np.testing.assert_allclose(effects, own.effects, rtol=1e-5)
    np.testing.assert_allclose(parameters, own.parameters, rtol=1e-5)
    assert own.parameters.std(axis=0).min() > 0


def test_r_reads_them_and_finds_the_same_value_of_information(at_stake, tmp_path):
    program = shutil.which("Rscript")
    if program is None:
        pytest.skip("Rscript is not installed")
    script = tmp_path / "read.R"
    script.write_text(SCRIPT, encoding="utf-8")
    told = subprocess.run(
        [program, script, at_stake.folder], capture_output=True, text=True, check=True
    )
    own = draws.read(at_stake)
    benefit = own.benefit(50_000)
    naive = benefit.max(axis=1).mean() - benefit.mean(axis=0).max()
    assert float(told.stdout) == pytest.approx(naive, abs=0.5)  # files have six digits
