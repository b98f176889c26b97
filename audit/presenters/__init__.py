"""What the auditor's pages say; templates only lay it out."""
