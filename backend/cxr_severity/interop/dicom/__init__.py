"""Results as DICOM objects that belong to the study of the film they are about."""
