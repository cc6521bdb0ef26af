"""What is counted of each patient: named outcomes, subgroups, statistics of published facts."""
