"""Pictures of results for people: heatmap and overlay, back to bytes."""
