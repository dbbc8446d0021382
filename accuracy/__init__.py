"""How right the counts are: on labelled clips, on altered ones, and on rendered people whose truth is exact."""
