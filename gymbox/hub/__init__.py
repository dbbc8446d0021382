"""The only listener on the network: what phones, a kiosk's screen and the operator may ask, and what they hear live."""
