"""Places where contacts and users come from. Everything that blocks is done in threads here and nowhere else."""
