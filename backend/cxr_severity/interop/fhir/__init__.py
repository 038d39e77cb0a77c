"""Results as FHIR R4."""
