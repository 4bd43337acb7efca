"""What every endpoint shares: who calls, what is refused and how, what an answer looks like."""
