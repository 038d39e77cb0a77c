"""`make fuzz`: hostile input made by the thousand, for the parsers and for the API."""
