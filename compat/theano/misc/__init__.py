"""Tools that belong nowhere else."""
