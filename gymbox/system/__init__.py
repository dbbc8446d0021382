"""What only root may do for the box: time zone, host name, Wi-Fi. It is asked in a file, and answers in another."""
