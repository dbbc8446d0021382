"""Another version of gymbox: looked for, verified, installed, held against what a box must do, and put back."""
