"""Beside a PACS: finds or takes radiographs, has them assessed, and sends the results back."""
