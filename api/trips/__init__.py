"""From what a rider asks for to offers: stops, timetables, itineraries, fares."""
