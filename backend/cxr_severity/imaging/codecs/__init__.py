"""PNG, JPEG, JPEG 2000 and TIFF taken apart, checked, and decoded to grey values."""
