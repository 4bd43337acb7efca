"""What time it is: the only place that reads the wall clock."""
