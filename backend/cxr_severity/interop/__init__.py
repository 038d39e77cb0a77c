"""Results in the languages of a hospital: DICOM objects, FHIR, PDF, tables. Knows no web."""
