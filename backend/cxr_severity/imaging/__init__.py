"""Bytes in, `Radiograph` out; and pictures of results back to bytes. Knows no torch and no web."""
