"""The vision process: pictures of all cameras in, who is there and what they do out."""
