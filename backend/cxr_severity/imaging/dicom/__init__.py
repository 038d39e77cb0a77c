"""DICOM objects to grey values: taken apart once, then pure functions of what was found."""
