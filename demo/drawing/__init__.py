"""How the demo's pictures were drawn: sheets of coloured paper, cut and laid on one another. Not needed at run time."""
