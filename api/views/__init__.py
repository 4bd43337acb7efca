"""What is shown: from committed states to what riders, drivers and staff read."""
