"""An evaluation as Markdown tables, for reports and model cards."""
