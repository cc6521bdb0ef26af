"""Arms and differences of a table under one label, as most tests name them."""

from sim.vocabulary import Arms


def by_label(frame):
    """A table whose column `arm` holds `A` or `A - B`, in place of the two columns of names."""
    pairs = map(Arms, frame["arm"], frame["against_arm"].fillna(""))
    return frame.assign(arm=[pair.label() for pair in pairs]).drop(columns="against_arm")
