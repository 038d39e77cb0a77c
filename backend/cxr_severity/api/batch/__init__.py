"""Many radiographs in one request, each answered by a line of its own."""
