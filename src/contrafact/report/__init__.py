"""What a reader sees of a run: tables on the terminal and pictures in files."""
