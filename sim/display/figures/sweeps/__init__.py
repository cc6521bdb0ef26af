"""The figures of a sensitivity sweep, one file each; `sim.display.figures.draw` draws them."""
