"""What the pages of figures say; templates only lay it out."""
